import fs from "node:fs";
import path from "node:path";
import { defineConfig, transformWithEsbuild } from "vite";

// Readers of meshes, workers of segmentations and widgets of 3D scenes: the viewer has none.
const LEFT_OUT = [
  /vtk\.js\/IO\//, /vtk\.js\/Interaction\/Widgets\//, /registerComputeWorker/,
  /\/WebGPU\//, /vtk\.js\/Filters\/General\/ImageMarchingSquares/,
];
const EMPTY = "\0left-out";

const leaveOut = {
  name: "leave-out",
  enforce: "pre",
  resolveId(id) {
    return LEFT_OUT.some((one) => one.test(id)) ? EMPTY : null;
  },
  load(id) {
    return id === EMPTY
      ? "export default {}; export function registerComputeWorker() {} export const vtkOBJReader = {};"
      : null;
  },
};

// A line that is changed must be there: another version of the library may have it otherwise.
function instead(code, found, other) {
  const changed = code.replace(found, other);
  if (changed === code) throw new Error(`nothing to change: ${found}`);
  return changed;
}

// A style said as an attribute is refused by the portal's policy; said as a property it is not.
const styleAsProperty = {
  name: "style-as-property",
  transform(code, id) {
    return id.endsWith("drawTextBox.js")
      ? instead(code, "textElement.setAttribute('style', combinedStyle)", "textElement.style.cssText = combinedStyle")
      : null;
  },
};

// Drawing by arithmetic sizes its canvas in pixels of the page, but reckons with those of the screen:
// on a dense screen, or when the page is enlarged, every place would be wrong.
const pixelsOfThePage = {
  name: "pixels-of-the-page",
  transform(code, id) {
    return id.endsWith("cpuFallback/rendering/cssPixelConversion.js")
      ? instead(code, /window\.devicePixelRatio/g, "1")
      : null;
  },
};

// Asking for WebGL takes long where the browser pretends to have a graphics processor. The portal asks
// for itself, beside the page, and the first image does not wait for the answer.
const askLater = {
  name: "ask-later",
  transform(code, id) {
    return id.endsWith("core/dist/esm/init.js")
      ? instead(code, /getRenderingCapabilities\(\)(?=;\s*if \(!capabilities\.webgl\))/, "{ webgl: true }")
      : null;
  },
};

// The picture that arithmetic fills is read back once: from the memory of the page, not from that of a
// graphics processor that is busy with something else.
const keptInMemory = {
  name: "kept-in-memory",
  transform(code, id) {
    return id.endsWith("cpuFallback/rendering/initializeRenderCanvas.js")
      ? instead(code, "getContext('2d')", "getContext('2d', { willReadFrequently: true })")
      : null;
  },
};

// A library built as a module keeps its white space: a browser reads it all the same.
const tight = {
  name: "tight",
  async renderChunk(code) {
    const { code: found } = await transformWithEsbuild(code, "cornerstone.js", {
      minify: true, target: "es2022", legalComments: "none",
    });
    return { code: found, map: null };
  },
};

function packageOf(file) {
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const about = path.join(folder, "package.json");
    if (fs.existsSync(about)) {
      const said = JSON.parse(fs.readFileSync(about, "utf8"));
      if (said.name && said.version) return { ...said, folder };
    }
  }
  return null;
}

// Whatever came into the bundle comes with its licence.
const licences = {
  name: "licences",
  generateBundle(_options, bundle) {
    const found = new Map();
    const files = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}));
    for (const file of files.filter((one) => one.includes("node_modules"))) {
      const about = packageOf(file.replace(/^\0/, "").split("?")[0]);
      if (about) found.set(`${about.name} ${about.version}`, about);
    }
    const texts = [...found].sort().map(([name, { license, folder }]) => {
      const text = fs.readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
      const words = text ? fs.readFileSync(path.join(folder, text), "utf8").trim() : "";
      return `${name}: ${license ?? "see below"}\n\n${words}\n`;
    });
    this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: texts.join(`\n${"-".repeat(72)}\n\n`) });
  },
};

export default defineConfig({
  plugins: [leaveOut, styleAsProperty, pixelsOfThePage, askLater, keptInMemory, tight, licences],
  build: {
    lib: { entry: "source.js", formats: ["es"], fileName: "cornerstone" },
    outDir: "built",
    sourcemap: false,
    minify: "esbuild",
    target: "es2022",
  },
});
