/** Making elements. Text goes in as text and can never become markup. */

/**
 * @param {string} name @param {Record<string, unknown>} [attributes] `on…` are listeners, null is
 * left out, true is written empty @param {...(Node|string|null)} children
 */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) element.append(child);
  return element;
}

/** Characters that steer direction or hide; shown as a mark, as everywhere in the product. */
const HIDDEN = new Map([
  ["\u200b", "zero-width space"], ["\u2060", "word joiner"], ["\ufeff", "zero-width no-break space"],
  ["\u00ad", "soft hyphen"], ["\u202a", "left-to-right embedding"], ["\u202b", "right-to-left embedding"],
  ["\u202c", "end of direction"], ["\u202d", "left-to-right override"], ["\u202e", "right-to-left override"],
  ["\u2066", "left-to-right isolate"], ["\u2067", "right-to-left isolate"],
  ["\u2068", "first-strong isolate"], ["\u2069", "end of isolate"],
  ["\u200e", "left-to-right mark"], ["\u200f", "right-to-left mark"],
]);
const HIDDEN_ONES = new RegExp(`([${[...HIDDEN.keys()].join("")}])`);

/** Text as nodes; what would hide stands in an element of its own, its character kept. */
function textNodes(text) {
  if (!HIDDEN_ONES.test(text)) return [document.createTextNode(text)];
  return text
    .split(HIDDEN_ONES)
    .filter((part) => part !== "")
    .map((part) =>
      HIDDEN.has(part)
        ? make("span", { class: "rx-hidden", "data-name": HIDDEN.get(part) }, part)
        : document.createTextNode(part),
    );
}

/** A count with its noun. */
function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** A button that does one thing; the second click of a double click is not a second wish. */
function button(label, key, act, attributes = {}) {
  return make(
    "button",
    {
      type: "button",
      class: "rx-button",
      "aria-keyshortcuts": key || null,
      onclick: (event) => {
        if (event.detail <= 1) act(event);
      },
      ...attributes,
    },
    make("span", {}, label),
    key ? make("kbd", { "aria-hidden": "true" }, key) : null,
  );
}

/** Keep Tab inside a dialog: what lies behind it answers no key while it is open. */
function keepTabInside(dialog, event) {
  if (event.key !== "Tab") return;
  const stops = [...dialog.querySelectorAll("input, button, [tabindex='0']")].filter((one) => one.checkVisibility());
  const at = stops.indexOf(document.activeElement);
  const next = at + (event.shiftKey ? -1 : 1);
  event.preventDefault();
  stops[(next + stops.length) % stops.length]?.focus();
}
