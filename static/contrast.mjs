// Computes the contrast of every text and background pair we use, in both schemes (WCAG 2.2, 1.4.3 and 1.4.11).

const TEXT = 4.5;
const EDGE = 3;

/** [foreground token, background token, least ratio]; each must hold in the light and the dark scheme. */
const PAIRS = [
  ...["ink", "muted", "sea", "sea-dark", "coral", "green", "amber", "blue"].flatMap((text) =>
    ["paper", "card", "sunken"].map((ground) => [text, ground, TEXT]),
  ),
  ["on-sea", "sea", TEXT],
  ["on-sea", "sea-dark", TEXT],
  ["on-coral", "coral", TEXT],
  ["on-coral", "coral-dark", TEXT],
  ["on-header", "header", TEXT],
  ["on-header", "header-dark", TEXT],
  ["header-muted", "header", TEXT],
  ["focus-ink", "focus", TEXT],
  ["ink", "mark", TEXT],
  ["verdict-ink", "verdict-good", TEXT],
  ["verdict-ink", "verdict-bad", TEXT],
  ["verdict-ink", "verdict-ask", TEXT],
  ...["good", "bad", "attention", "info", "plain"].flatMap((tone) => [
    [`${tone}-ink`, `${tone}-tint`, TEXT],
    ["ink", `${tone}-tint`, TEXT],
    ["sea", `${tone}-tint`, TEXT],
    ["muted", `${tone}-tint`, TEXT],
  ]),
  ["rule", "card", EDGE],
  ["rule", "paper", EDGE],
  ["focus-edge", "card", EDGE],
  ["focus-edge", "paper", EDGE],
  ["focus", "header", EDGE],
];

function luminance(hex) {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  const [r, g, b] = [1, 3, 5]
    .map((start) => parseInt(full.slice(start, start + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function ratio(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** The two blocks of custom properties that tokens.scss writes: {name: "#rrggbb"} for light and for dark. */
function schemes(css) {
  const blocks = [...css.matchAll(/:root\{([^{}]*--paper:[^{}]*)\}/g)].map(([, body]) =>
    Object.fromEntries([...body.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{3,6})/gi)].map(([, name, value]) => [name, value])),
  );
  if (blocks.length < 2) throw new Error("The style sheet holds no light and dark tokens.");
  return { light: blocks[0], dark: { ...blocks[0], ...blocks[1] } };
}

/** Throws with every pair that is too faint; says nothing when all can be read. */
export function checkContrast(css) {
  const faint = Object.entries(schemes(css)).flatMap(([scheme, tokens]) =>
    PAIRS.filter(([text, ground]) => !tokens[text] || !tokens[ground])
      .map(([text, ground]) => `${scheme}: ${text} or ${ground} is not a token`)
      .concat(
        PAIRS.filter(([text, ground]) => tokens[text] && tokens[ground])
          .filter(([text, ground, least]) => ratio(tokens[text], tokens[ground]) < least)
          .map(([text, ground]) => `${scheme}: ${text} on ${ground} is ${ratio(tokens[text], tokens[ground]).toFixed(2)}`),
      ),
  );
  if (faint.length) throw new Error(`Contrast too low:\n${faint.join("\n")}`);
}
