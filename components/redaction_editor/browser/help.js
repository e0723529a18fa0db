/** Every key, once: the help panel is drawn from what the keys really do. */

/**
 * @typedef {{keys:string[], says:string, group:string, act:(editor:Editor, event:KeyboardEvent)=>void,
 *   repeats?:boolean, always?:boolean}} Binding `repeats`: holding the key down goes on;
 *   `always`: also where nothing may be decided
 */
/** @type {Binding[]} */
const BINDINGS = [
  { group: "Move", keys: ["j", "ArrowDown"], says: "Next", repeats: true, always: true, act: (e) => e.move(1) },
  { group: "Move", keys: ["k", "ArrowUp"], says: "Previous", repeats: true, always: true, act: (e) => e.move(-1) },
  { group: "Move", keys: ["n"], says: "Next undecided", repeats: true, always: true, act: (e) => e.nextUndecided() },
  { group: "Move", keys: ["b"], says: "Undecided before", repeats: true, always: true, act: (e) => e.nextUndecided(-1) },
  { group: "Move", keys: ["Home"], says: "First", always: true, act: (e) => e.goTo(e.model.items[0]) },
  { group: "Move", keys: ["End"], says: "Last", always: true, act: (e) => e.goTo(e.model.items.at(-1)) },
  { group: "Move", keys: ["l"], says: "Next place of the leak check", always: true, act: (e) => e.nextSurvivor() },
  { group: "Move", keys: ["i"], says: "Next thing that few share, to generalise", always: true, act: (e) => e.nextTrait() },
  { group: "Decide", keys: ["a"], says: "Redact", act: (e) => redact(e) },
  { group: "Decide", keys: ["x"], says: "Keep, with a reason", act: (e) => keep(e) },
  { group: "Decide", keys: ["g"], says: "Generalise", act: (e) => generalise(e) },
  { group: "Decide", keys: ["t"], says: "Change the type", act: (e) => relabel(e) },
  { group: "Decide", keys: ["w"], says: "Change the size", act: (e) => e.beginSize() },
  { group: "Decide", keys: ["e"], says: "Everywhere in this session: the next decision goes to all", act: (e) => e.toggleEverywhere() },
  { group: "Decide", keys: ["m"], says: "Mark the selected text", act: (e) => markSelected(e) },
  { group: "Decide", keys: ["v"], says: "Pick words by keys", act: (e) => e.beginCaret() },
  { group: "Decide", keys: ["z", "Ctrl+z"], says: "Undo", repeats: true, act: (e) => e.undo() },
  { group: "Decide", keys: ["y", "Ctrl+y", "Ctrl+Shift+Z"], says: "Redo", repeats: true, act: (e) => e.redo() },
  { group: "Finish", keys: ["f"], says: "Confirm", act: (e) => e.finish("confirm") },
  { group: "Finish", keys: ["d"], says: "Confirm and next", act: (e) => e.finish("confirm_next") },
  { group: "Finish", keys: ["s"], says: "Skip this session", always: true, act: (e) => e.finish("skip") },
  { group: "View", keys: ["p"], says: "Fold or unfold the preview", always: true, act: (e) => e.togglePreview() },
  { group: "View", keys: ["u"], says: "List undecided ones only", always: true, act: (e) => e.panel.toggleFilter() },
  { group: "View", keys: ["?"], says: "These keys", always: true, act: (e) => e.toggleHelp() },
];

const BY_KEY = new Map(BINDINGS.flatMap((binding) => binding.keys.map((key) => [key, binding])));

const KEY_NAMES = { ArrowDown: "↓", ArrowUp: "↑" };

/** What was pressed, as bindings name it. @param {KeyboardEvent} event */
function pressed(event) {
  if (event.altKey) return "";
  if (!event.ctrlKey && !event.metaKey) return event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.shiftKey ? `Ctrl+Shift+${event.key.toUpperCase()}` : `Ctrl+${event.key.toLowerCase()}`;
}

/** @param {()=>void} close @returns {Element} */
function helpPanel(close) {
  const groups = [...new Set(BINDINGS.map((binding) => binding.group))];
  const row = (keys, says) =>
    make("div", { class: "rx-help-row" },
      make("dt", {}, ...keys.flatMap((key, at) => [at ? " " : null, make("kbd", {}, KEY_NAMES[key] ?? key)])),
      make("dd", {}, says));
  return make(
    "div",
    {
      class: "rx-help", role: "dialog", "aria-modal": "true", "aria-label": "Keys", tabindex: "-1",
      onkeydown: (event) => {
        event.stopPropagation();
        keepTabInside(event.currentTarget, event);
        if (["Escape", "?", "Enter"].includes(event.key) && event.target.tagName !== "BUTTON") {
          event.preventDefault();
          close();
        }
      },
    },
    make("h3", {}, "Keys"),
    make("div", { class: "rx-help-groups" },
      ...groups.map((group) =>
        make("section", {}, make("h4", {}, group),
          make("dl", {}, ...BINDINGS.filter((one) => one.group === group).map((one) => row(one.keys, one.says))))),
      make("section", {}, make("h4", {}, "While changing the size or picking words"),
        make("dl", {},
          row(["←", "→"], "By a word"),
          row(["Shift+←", "Shift+→"], "Size: by a character. Picking: longer or shorter"),
          row(["o"], "Size: the other end"),
          row(["Enter"], "Take it"),
          row(["Esc", "q"], "Leave it")))),
    make("p", { class: "rx-note" }, "Keys do nothing while you write in a field."),
    button("Close", null, close),
  );
}
