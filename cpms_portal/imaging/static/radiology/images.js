// The images of the portal as Cornerstone3D wants them: addresses, planes, pixels.
import { frameAt, kindOfValues } from "./pixels.js";

const SCHEME = "cpms";

export class Images {
  // Every image of a study by its address; knows where a pixel lies in the body and back.
  constructor(study, frameUrl, thread) {
    this.study = study;
    this.frameUrl = frameUrl;
    this.thread = thread;
    this.byId = new Map();
    this.early = new Map();
    for (const series of study.series) {
      series.ids = series.images.map((image, index) => {
        const id = `${SCHEME}:${series.series}/${image.instance}/${image.frame}`;
        this.byId.set(id, { series, image, index });
        return id;
      });
    }
  }

  register(cornerstone) {
    cornerstone.imageLoader.registerImageLoader(SCHEME, (id) => this.#load(id));
    cornerstone.metaData.addProvider((type, id) => this.#about(type, id), 1000);
  }

  series(name) {
    return this.study.series.find((one) => one.series === name);
  }

  idOf(series, instance, frame = 0) {
    return `${SCHEME}:${series}/${instance}/${frame}`;
  }

  // What is seen first: the middle of the first series that has images.
  get first() {
    const series = this.study.series.find((one) => one.ids.length);
    return series && { series, index: middleOf(series) };
  }

  // The first frame is here (the page asks for it ahead) before the thread is awake.
  fetchFirst() {
    const { first } = this;
    if (!first) return;
    const id = first.series.ids[first.index];
    const found = this.#fetch(id, frameAt);
    found.catch(() => {});
    this.early.set(id, found);
  }

  #load(id) {
    const early = this.early.get(id);
    this.early.delete(id);
    const control = new AbortController();
    const beside = (content) => this.thread.ask("frame", content, control.signal);
    return { promise: early ?? this.#fetch(id, beside), cancelFn: () => control.abort() };
  }

  async #fetch(id, by) {
    const { series, image } = this.byId.get(id);
    const query = new URLSearchParams({
      series: series.series, instance: image.instance, frame: image.frame,
    });
    const { slope, intercept, stored } = image;
    const url = `${this.frameUrl}?${query}`;
    const told = await by({ url, scale: { slope, intercept, stored } });
    return this.#image(id, series, image, told);
  }

  #image(id, series, image, { isColour, values, low, high, rows, columns }) {
    const { center, width } = image;
    const known = center !== null && center !== undefined && width > 0;
    const plane = planeOf(series, image);
    return {
      imageId: id, minPixelValue: low, maxPixelValue: high, slope: 1, intercept: 0,
      windowCenter: known && !isColour ? center : (low + high) / 2,
      windowWidth: known && !isColour ? width : Math.max(high - low, 1),
      voiLUTFunction: "LINEAR", getPixelData: () => values, rows, columns, height: rows,
      width: columns, color: isColour, rgba: false, numberOfComponents: isColour ? 3 : 1,
      rowPixelSpacing: plane.spacing[0], columnPixelSpacing: plane.spacing[1],
      invert: series.inverted, sizeInBytes: values.byteLength, dataType: values.constructor.name,
      photometricInterpretation: isColour ? "RGB" : series.inverted ? "MONOCHROME1" : "MONOCHROME2",
      imageFrame: { pixelData: values },
    };
  }

  #about(type, id) {
    const found = this.byId.get(id);
    if (!found) return undefined;
    const { series, image } = found;
    if (type === "imagePlaneModule") return planeModule(series, image);
    if (type === "imagePixelModule") return pixelModule(series, image);
    if (type === "generalSeriesModule") return { modality: series.modality, seriesInstanceUID: series.series };
    if (type === "modalityLutModule") return { rescaleSlope: 1, rescaleIntercept: 0 };
    if (type === "voiLutModule" && image.width > 0) {
      return { windowCenter: [image.center], windowWidth: [image.width] };
    }
    return undefined;
  }

  // How many millimetres an image is wide and high.
  extent(id) {
    const { series, image } = this.byId.get(id);
    const { spacing } = planeOf(series, image);
    return [image.columns * spacing[1], image.rows * spacing[0]];
  }

  // A point of an image as DICOM says it: (0, 0) is the outer corner of the first pixel.
  toWorld(id, [column, row]) {
    const { series, image } = this.byId.get(id);
    const { spacing, position, across, down } = planeOf(series, image);
    const [x, y] = [(column - 0.5) * spacing[1], (row - 0.5) * spacing[0]];
    return position.map((from, axis) => from + across[axis] * x + down[axis] * y);
  }

  toImage(id, world) {
    const { series, image } = this.byId.get(id);
    const { spacing, position, across, down } = planeOf(series, image);
    const away = world.map((value, axis) => value - position[axis]);
    const along = (axes) => axes.reduce((sum, value, axis) => sum + value * away[axis], 0);
    return [along(across) / spacing[1] + 0.5, along(down) / spacing[0] + 0.5];
  }
}

export function middleOf(series) {
  return Math.floor(series.ids.length / 2);
}

function hasSpacing(image) {
  return image.spacing?.length === 2 && image.spacing.every((one) => one > 0);
}

function hasPlace(image) {
  return image.position?.length === 3 && image.orientation?.length === 6;
}

function planeOf(series, image) {
  const spacing = hasSpacing(image) ? image.spacing : [1, 1];
  const axes = hasPlace(image) ? image.orientation : [1, 0, 0, 0, 1, 0];
  // An image that does not say where it lies gets a place of its own, one behind the other.
  const position = hasPlace(image) ? image.position : [0, 0, image.instance + image.frame / 1e4];
  return { spacing, position, across: axes.slice(0, 3), down: axes.slice(3, 6) };
}

function planeModule(series, image) {
  const { spacing, position, across, down } = planeOf(series, image);
  const known = hasSpacing(image);
  return {
    frameOfReferenceUID: spaceOf(series), rows: image.rows, columns: image.columns,
    imageOrientationPatient: [...across, ...down], rowCosines: across, columnCosines: down,
    imagePositionPatient: position, pixelSpacing: spacing, usingDefaultValues: !known,
    rowPixelSpacing: known ? spacing[0] : undefined,
    columnPixelSpacing: known ? spacing[1] : undefined,
  };
}

function pixelModule(series, image) {
  const bits = kindOfValues(Uint16Array, image) === Float32Array ? 32 : 16;
  return {
    bitsAllocated: bits, bitsStored: bits, highBit: bits - 1, pixelRepresentation: 1,
    samplesPerPixel: 1, photometricInterpretation: series.inverted ? "MONOCHROME1" : "MONOCHROME2",
  };
}

export function spaceOf(series) {
  return series.space ? `space-${series.space}` : `series-${series.series}`;
}

// A series whose slices lie behind each other in one direction can be cut in any direction.
export function isVolume(series) {
  const { images } = series;
  if (images.length < 4 || !images.every((one) => hasPlace(one) && hasSpacing(one))) return false;
  const [first] = images;
  return images.every((one) => one.rows === first.rows && one.columns === first.columns
    && one.orientation.every((value, at) => Math.abs(value - first.orientation[at]) < 1e-3)
    && one.frame === 0);
}
