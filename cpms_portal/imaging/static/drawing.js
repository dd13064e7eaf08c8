// From values to grey: rescale, window, and one table from every stored value to its shade.

export function valueOf(frame, stored) {
  return stored * (frame.image.slope ?? 1) + (frame.image.intercept ?? 0);
}

export function rangeOf(frame) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of frame.values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const ends = [valueOf(frame, low), valueOf(frame, high)].sort((a, b) => a - b);
  return { center: (ends[0] + ends[1]) / 2, width: Math.max(ends[1] - ends[0], 1) };
}

export function windowOf(frame) {
  const { center, width } = frame.image;
  if (center !== null && center !== undefined && width > 0) return { center, width };
  return rangeOf(frame);
}

export function shadeOf(value, window, inverted) {
  // PS3.3 C.11.2.1.2.1, linear
  const width = Math.max(window.width, 1);
  const center = window.center - 0.5;
  const span = Math.max(width - 1, 1e-6);
  const shade = ((value - center) / span + 0.5) * 255;
  const clipped = shade < 0 ? 0 : shade > 255 ? 255 : shade;
  return inverted ? 255 - clipped : clipped;
}

export class Picture {
  // A frame as an off-screen picture; drawn again only when frame or window changed.
  constructor() {
    this.canvas = document.createElement("canvas");
    this.drawn = null;
  }

  of(frame, window, inverted) {
    const mark = [frame.image.instance, frame.image.frame, window.center, window.width, inverted];
    if (this.drawn?.frame === frame && String(this.drawn.mark) === String(mark)) return this.canvas;
    if (this.canvas.width !== frame.columns || this.canvas.height !== frame.rows) {
      this.canvas.width = frame.columns;
      this.canvas.height = frame.rows;
      this.image = null;
    }
    const context = this.canvas.getContext("2d");
    this.image ??= context.createImageData(frame.columns, frame.rows);
    const pixels = new Uint32Array(this.image.data.buffer);
    if (frame.kind === "rgb") paintColours(frame, pixels, inverted);
    else paintGrey(frame, pixels, window, inverted);
    context.putImageData(this.image, 0, 0);
    this.drawn = { frame, mark };
    return this.canvas;
  }
}

function paintColours(frame, pixels, inverted) {
  const { values } = frame;
  const turn = inverted ? 255 : 0;
  for (let at = 0, from = 0; at < pixels.length; at += 1, from += 3) {
    pixels[at] = 0xff000000 | ((values[from + 2] ^ turn) << 16)
      | ((values[from + 1] ^ turn) << 8) | (values[from] ^ turn);
  }
}

function grey(shade) {
  const level = Math.round(shade);
  return (0xff000000 | (level << 16) | (level << 8) | level) >>> 0;
}

function paintGrey(frame, pixels, window, inverted) {
  const { values } = frame;
  const lowest = { uint8: 0, int8: -128, uint16: 0, int16: -32768 }[frame.kind];
  if (lowest === undefined) {
    for (let at = 0; at < pixels.length; at += 1) {
      pixels[at] = grey(shadeOf(valueOf(frame, values[at]), window, inverted));
    }
    return;
  }
  const table = new Uint32Array(values.BYTES_PER_ELEMENT === 1 ? 256 : 65536);
  for (let at = 0; at < table.length; at += 1) {
    table[at] = grey(shadeOf(valueOf(frame, at + lowest), window, inverted));
  }
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = table[values[at] - lowest];
}
