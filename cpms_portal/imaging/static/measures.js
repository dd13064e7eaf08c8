// Distances on an image: in millimetres when the image says how large its pixels are.

export class Measures {
  constructor() {
    this.lines = new Map();
  }

  on(key) {
    if (!this.lines.has(key)) this.lines.set(key, []);
    return this.lines.get(key);
  }

  begin(key, point) {
    const line = { from: point, to: point };
    this.on(key).push(line);
    return line;
  }

  end(key, line, spacing) {
    const [down, across] = spacing?.length === 2 ? spacing : [1, 1];
    const long = Math.hypot((line.to[0] - line.from[0]) * across, (line.to[1] - line.from[1]) * down);
    const lines = this.on(key);
    if (long < 0.5) lines.splice(lines.indexOf(line), 1);
  }

  removeLast(key) {
    return this.on(key).pop() !== undefined;
  }

  clear(key) {
    this.lines.delete(key);
  }

  draw(context, key, camera, spacing) {
    const known = spacing?.length === 2;
    context.lineWidth = 2;
    context.strokeStyle = context.fillStyle = "#ffd166";
    context.font = "600 14px ui-monospace, monospace";
    for (const line of this.on(key)) {
      const [fromX, fromY] = camera.toStage(line.from);
      const [toX, toY] = camera.toStage(line.to);
      context.beginPath();
      context.moveTo(fromX, fromY);
      context.lineTo(toX, toY);
      context.stroke();
      for (const [x, y] of [[fromX, fromY], [toX, toY]]) {
        context.beginPath();
        context.arc(x, y, 4, 0, 2 * Math.PI);
        context.stroke();
      }
      const words = distanceWords(line, known ? spacing : null);
      context.strokeStyle = "#000";
      context.lineWidth = 4;
      context.strokeText(words, toX + 10, toY - 8);
      context.fillText(words, toX + 10, toY - 8);
      context.lineWidth = 2;
      context.strokeStyle = "#ffd166";
    }
  }
}

export function distanceWords(line, spacing) {
  const [down, across] = spacing ?? [1, 1];
  const long = Math.hypot((line.to[0] - line.from[0]) * across, (line.to[1] - line.from[1]) * down);
  return `${long.toFixed(1)} ${spacing ? "mm" : "px"}`;
}
