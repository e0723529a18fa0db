/** What Streamlit calls: at first, and again at every change. */
const MEETING_PLACE = Symbol.for("clearance.redaction-editor");
const MOUNTED = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector("[data-rx-root]");
  if (!root || MOUNTED.has(root)) return undefined;
  const meeting = (globalThis[MEETING_PLACE] ??= new Map());
  const place = meeting.get(data.key) ?? {};
  meeting.set(data.key, place);
  const editor = new Editor(root, place);
  MOUNTED.set(root, editor);
  place.arrived = () => editor.receive(place.parcel);
  place.arrived();
  return () => {
    editor.stop();
    MOUNTED.delete(root);
    meeting.delete(data.key);
  };
}
