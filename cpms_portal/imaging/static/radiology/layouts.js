// What stands where: one image, series side by side, three directions, PET over CT.
import { isVolume, spaceOf } from "./images.js";

const CELLS = { one: 1, two: 2, four: 4, mpr: 3, fusion: 3 };

export class Layouts {
  constructor(room) {
    this.room = room;
    this.name = "one";
  }

  partner(series) {
    // The emission series that lies in the same space as a CT or MR.
    return this.room.images.study.series.find((one) => one !== series && one.modality === "PT"
      && isVolume(one) && spaceOf(one) === spaceOf(series));
  }

  fits(name) {
    const { series } = this.room.active ?? {};
    if (["mpr", "fusion"].includes(name) && !this.room.cuts) return false;
    if (name === "mpr") return Boolean(series) && isVolume(series);
    if (name === "fusion") {
      return Boolean(series) && isVolume(series) && series.modality !== "PT" && Boolean(this.partner(series));
    }
    return true;
  }

  async use(name) {
    const { room } = this;
    if (!this.fits(name)) return;
    const first = room.active?.series;
    const index = room.active?.isStack ? room.active.index : undefined;
    for (const cell of room.cells.splice(0)) cell.close();
    room.useEngine(name === "mpr" || name === "fusion");
    this.name = name;
    room.grid.dataset.layout = name;
    const cells = Array.from({ length: CELLS[name] }, () => room.addCell());
    room.activate(cells[0]);
    if (name === "mpr" || name === "fusion") await this.#cut(cells, first);
    else await this.#fill(cells, first, index);
    room.tools.allowCross(name === "mpr" || name === "fusion");
    room.arranged();
  }

  async #fill(cells, first, index) {
    const shown = this.room.images.study.series.filter((one) => one.ids.length);
    const start = Math.max(shown.indexOf(first), 0);
    await Promise.all(cells.map((cell, at) => {
      const series = shown[(start + at) % shown.length];
      return cell.show(series, at === 0 ? index : undefined);
    }));
  }

  async #cut(cells, series) {
    const { cornerstone } = this.room;
    const volumes = [{ id: await this.#volume(series), series }];
    if (this.name === "fusion") {
      const other = this.partner(series);
      volumes.push({
        id: await this.#volume(other), series: other,
        properties: { colormap: { name: "hsv", opacity: 0.4 } },
      });
    }
    const { AXIAL, SAGITTAL, CORONAL } = cornerstone.Enums.OrientationAxis;
    const directions = [AXIAL, SAGITTAL, CORONAL];
    for (const [at, cell] of cells.entries()) await cell.cut(volumes, directions[at]);
  }

  async #volume(series) {
    const { cornerstone } = this.room;
    const id = `volume:${series.series}`;
    const volume = await cornerstone.volumeLoader.createAndCacheVolume(id, { imageIds: series.ids });
    volume.load();
    return id;
  }
}
