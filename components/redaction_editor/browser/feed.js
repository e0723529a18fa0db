/**
 * The feed: brings what Python sends to the editor of the same key, and the editor's messages
 * back. Either of the two may be drawn first; they meet in a registry of the page.
 */
const MEETING_PLACE = Symbol.for("clearance.redaction-editor");

export default function (component) {
  const { data, setTriggerValue, parentElement } = component;
  const host = parentElement.host ?? parentElement;
  const frame = host.closest?.('[data-testid="stElementContainer"]');
  if (frame) frame.style.display = "none";
  const meeting = (globalThis[MEETING_PLACE] ??= new Map());
  const place = meeting.get(data.key) ?? {};
  meeting.set(data.key, place);
  place.send = (message) => setTriggerValue("message", message);
  place.parcel = data.parcel;
  place.arrived?.();
}
