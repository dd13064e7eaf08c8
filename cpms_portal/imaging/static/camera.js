// Where the image lies on the stage: fitted, moved, enlarged; and back from stage to image.

export class Camera {
  constructor() {
    this.reset();
  }

  reset() {
    this.zoom = 1;
    this.x = 0;
    this.y = 0;
  }

  fit(stage, frame) {
    this.stage = stage;
    const [down, across] = frame.image.spacing?.length === 2 ? frame.image.spacing : [1, 1];
    // Pixels that are not square are drawn as they lie in the body.
    this.aspect = down > 0 && across > 0 ? down / across : 1;
    this.columns = frame.columns;
    this.rows = frame.rows;
    const fitted = Math.min(stage.width / frame.columns, stage.height / (frame.rows * this.aspect));
    this.scale = fitted * this.zoom;
  }

  origin() {
    return [
      (this.stage.width - this.columns * this.scale) / 2 + this.x,
      (this.stage.height - this.rows * this.aspect * this.scale) / 2 + this.y,
    ];
  }

  toStage([column, row]) {
    const [left, top] = this.origin();
    return [left + column * this.scale, top + row * this.scale * this.aspect];
  }

  toImage([x, y]) {
    const [left, top] = this.origin();
    return [(x - left) / this.scale, (y - top) / (this.scale * this.aspect)];
  }

  zoomBy(factor, [x, y]) {
    const zoom = Math.min(Math.max(this.zoom * factor, 0.2), 40);
    const change = zoom / this.zoom;
    const [middleX, middleY] = [this.stage.width / 2, this.stage.height / 2];
    this.x = (x - middleX) - (x - middleX - this.x) * change;
    this.y = (y - middleY) - (y - middleY - this.y) * change;
    this.scale *= change;
    this.zoom = zoom;
  }

  moveBy(x, y) {
    this.x += x;
    this.y += y;
  }
}
