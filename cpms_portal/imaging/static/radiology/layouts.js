// What stands where: one image, series side by side, three directions, PET over CT.
import { isVolume, spaceOf } from "./images.js";

const CELLS = { one: 1, two: 2, four: 4, mpr: 3, fusion: 3 };

// What emits little lets the CT through, what emits much glows over it: red, then yellow, and white
// only beyond the window, so that it can be told from bone.
function warm({ images }) {
  const { center, width } = images[Math.floor(images.length / 2)];
  const lower = width > 0 ? center - width / 2 : 0;
  const upper = lower + (width > 0 ? width : 1) * 1.25;
  const opacity = [[0, 0], [0.1, 0], [0.25, 0.4], [1, 0.75]]
    .map(([share, clear]) => ({ value: lower + share * (upper - lower), opacity: clear }));
  return [{ voiRange: { lower, upper } }, { colormap: { name: "Black-Body Radiation", opacity } }];
}

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
        looks: warm(other),
        // In a cut that is thinner than a pixel this is the value itself, as opaque as it is told;
        // the usual way makes it clearer the thinner the cut.
        blendMode: cornerstone.Enums.BlendModes.MAXIMUM_INTENSITY_BLEND,
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
