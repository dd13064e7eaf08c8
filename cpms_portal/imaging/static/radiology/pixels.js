// From stored values to what they mean: one frame is fetched, rescaled and measured.

const ARRAYS = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array,
  uint32: Uint32Array, int32: Int32Array, float32: Float32Array, rgb: Uint8Array,
};

/** A frame with its values rescaled (PS3.3 C.11.1), the least and the most of them. */
export async function frameAt({ url, scale }, signal) {
  const answer = await fetch(url, { credentials: "same-origin", signal });
  if (!answer.ok) throw new Error(String(answer.status));
  const kind = answer.headers.get("X-Frame-Kind");
  const [rows, columns] = answer.headers.get("X-Frame-Size").split("x").map(Number);
  const stored = new ARRAYS[kind](await answer.arrayBuffer());
  const isColour = kind === "rgb";
  const values = isColour ? stored : rescaled(stored, scale);
  const [low, high] = isColour ? [0, 255] : ends(values);
  return { isColour, values, low, high, rows, columns };
}

/** In which kind of array the values of an image are kept after rescaling. */
export function kindOfValues(stored, { slope, intercept, stored: bits }) {
  const [times, plus] = [slope ?? 1, intercept ?? 0];
  if (times === 1 && plus === 0 && (stored === Uint8Array || stored === Int16Array)) return stored;
  const whole = Number.isInteger(times) && Number.isInteger(plus);
  const isSmall = [Int16Array, Int8Array, Uint8Array].includes(stored)
    || (stored === Uint16Array && bits > 0 && bits < 16);
  return whole && isSmall && Math.abs(times) === 1 ? Int16Array : Float32Array;
}

export function rescaled(stored, scale) {
  const into = kindOfValues(stored.constructor, scale);
  const [times, plus] = [scale.slope ?? 1, scale.intercept ?? 0];
  if (into === stored.constructor && times === 1 && plus === 0) return stored;
  const values = new into(stored.length);
  for (let at = 0; at < stored.length; at += 1) values[at] = stored[at] * times + plus;
  return values;
}

function ends(values) {
  let low = Infinity;
  let high = -Infinity;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
