/**
 * Words picked from the text, by mouse or by keys. Both are the page's own selection, so they
 * look the same, and what is read of it is the same: places in code points.
 */
class Selection {
  /** @param {Turns} turns @param {Model} model @param {(words:string)=>void} say */
  constructor(turns, model, say) {
    this.turns = turns;
    this.model = model;
    this.say = say;
    /** @type {{turn:number, anchor:number, head:number}|null} words by number */
    this.caret = null;
  }

  /** What is selected, one place for each turn it reaches. @returns {Place[]} */
  places() {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return [];
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(this.turns.element)) return [];
    const places = [];
    for (let turn = 0; turn < this.model.turns.length; turn += 1) {
      const said = this.turns.said(turn);
      if (!range.intersectsNode(said)) continue;
      const text = this.model.turns[turn].text;
      const inside = (node) => node === said || said.contains(node);
      let start = inside(range.startContainer) ? unitsBefore(said, range.startContainer, range.startOffset) : 0;
      let end = inside(range.endContainer)
        ? unitsBefore(said, range.endContainer, range.endOffset)
        : text.text.length;
      while (start < end && /\s/.test(text.text[start])) start += 1;
      while (end > start && /\s/.test(text.text[end - 1])) end -= 1;
      if (end > start) places.push(this.whole(turn, text.toPoint(start), text.toPoint(end), end));
    }
    return places;
  }

  /** A place that cuts no character in two: half a pair is taken whole. */
  whole(turn, start, end, endUnit) {
    const text = this.model.turns[turn].text;
    return { turn, start, end: text.toUnit(end) < endUnit ? end + 1 : end };
  }

  /** Begin picking words by keys, at an item or at the first turn in view. @param {Place} from */
  begin(from) {
    const words = this.model.turns[from.turn].text.words;
    const at = words.findIndex((word) => word[1] > from.start);
    if (at === -1) return this.step(from.turn, 1, false);
    this.caret = { turn: from.turn, anchor: at, head: at };
    return this.show();
  }

  /** To another turn that has words. @param {1|-1} step */
  step(turn, step, extend) {
    for (let next = turn + step; next >= 0 && next < this.model.turns.length; next += step) {
      if (this.model.turns[next].text.words.length && !extend) {
        this.caret = { turn: next, anchor: 0, head: 0 };
        return this.show();
      }
    }
    return null;
  }

  /** A word further or back. @param {1|-1} step @param {boolean} extend */
  move(step, extend) {
    const { turn, anchor, head } = this.caret;
    const words = this.model.turns[turn].text.words;
    const next = head + step;
    if (next < 0 || next >= words.length) return extend ? null : this.step(turn, step, false);
    this.caret = { turn, anchor: extend ? anchor : next, head: next };
    return this.show();
  }

  show() {
    const { turn, anchor, head } = this.caret;
    const words = this.model.turns[turn].text.words;
    const [first, last] = anchor <= head ? [anchor, head] : [head, anchor];
    const place = { turn, start: words[first][0], end: words[last][1] };
    this.turns.show(place, { focus: false });
    const range = this.turns.range(place);
    const selection = document.getSelection();
    selection.removeAllRanges();
    if (range) selection.addRange(range);
    const box = range?.getBoundingClientRect();
    const frame = this.turns.element.parentElement.getBoundingClientRect();
    if (box && (box.bottom > frame.bottom - 20 || box.top < frame.top + 20)) {
      this.turns.element.parentElement.scrollTop += box.top - frame.top - frame.height / 3;
    }
    this.say(this.model.words(place));
    return place;
  }

  end() {
    this.caret = null;
    document.getSelection()?.removeAllRanges();
  }
}

/** How many UTF-16 units of a turn stand before a point of the page. */
function unitsBefore(said, node, offset) {
  const range = document.createRange();
  range.selectNodeContents(said);
  range.setEnd(node, offset);
  return range.toString().length;
}
