/**
 * Places in text. Python counts code points and JavaScript UTF-16 units; the editor counts
 * code points everywhere and converts only where it touches a string or the page.
 */

const SURROGATE = /[\ud800-\udfff]/;
const LETTER = /[\p{L}\p{N}\p{M}]/u;
const WORDS = new Intl.Segmenter(undefined, { granularity: "word" });
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The text of one turn, with what is worked out of it when first asked for. */
class TurnText {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    /** @type {Uint32Array|null} UTF-16 place of each code point, when the two differ */
    this.units = null;
    if (SURROGATE.test(text)) {
      const units = [];
      let at = 0;
      for (const point of text) {
        units.push(at);
        at += point.length;
      }
      units.push(at);
      this.units = Uint32Array.from(units);
    }
  }

  /** Length in code points. */
  get length() {
    return this.units ? this.units.length - 1 : this.text.length;
  }

  /** @param {number} point a place in code points @returns {number} in UTF-16 units */
  toUnit(point) {
    return this.units ? this.units[Math.min(point, this.length)] : point;
  }

  /** @param {number} unit a place in UTF-16 units; inside a pair, the pair's start */
  toPoint(unit) {
    if (!this.units) return unit;
    let low = 0;
    let high = this.units.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.units[middle] <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** @param {number} start @param {number} end both in code points */
  slice(start, end) {
    return this.text.slice(this.toUnit(start), this.toUnit(end));
  }

  /** Where words start and end: pairs of code points, in order. */
  get words() {
    if (!this.wordList) {
      this.wordList = [];
      for (const part of WORDS.segment(this.text)) {
        if (!part.isWordLike && !/\p{Extended_Pictographic}/u.test(part.segment)) continue;
        this.wordList.push([
          this.toPoint(part.index),
          this.toPoint(part.index + part.segment.length),
        ]);
      }
    }
    return this.wordList;
  }

  /** Where what a person calls a character starts, the end of the text included. */
  get characters() {
    if (!this.characterList) {
      this.characterList = [];
      for (const part of CHARACTERS.segment(this.text)) {
        this.characterList.push(this.toPoint(part.index));
      }
      this.characterList.push(this.length);
    }
    return this.characterList;
  }

  /**
   * The nearest place to go from one, among starts or ends of words, or among characters.
   * @param {number} from @param {1|-1} step @param {"word"|"character"} unit
   * @param {"start"|"end"} edge which edge of words counts
   */
  nextPlace(from, step, unit, edge) {
    const places =
      unit === "character" ? this.characters : this.words.map((word) => word[edge === "end" ? 1 : 0]);
    if (step > 0) return places.find((place) => place > from) ?? (unit === "word" ? from : this.length);
    let found = from;
    for (const place of places) {
      if (place >= from) break;
      found = place;
    }
    return found === from && unit === "character" ? 0 : found;
  }

  /** The text folded for case, one code point for one, so that places stay the same. */
  get folded() {
    if (!this.foldedPoints) {
      this.foldedPoints = Array.from(this.text, (point) => {
        const low = point.toLowerCase();
        return Array.from(low).length === 1 ? low : point;
      });
      this.foldedText = this.foldedPoints.join("");
      this.foldedPlaces = new TurnText(this.foldedText);
    }
    return this.foldedPlaces;
  }

  /**
   * Every place where a stretch stands, folded for case, and not inside a longer word.
   * @param {TurnText} wanted @returns {Array<[number, number]>}
   */
  occurrences(wanted) {
    const found = [];
    const held = this.folded;
    const needle = wanted.folded.text;
    let unit = held.text.indexOf(needle);
    while (needle && unit !== -1) {
      const start = held.toPoint(unit);
      const end = start + wanted.length;
      const letter = (at) => at >= 0 && at < this.length && LETTER.test(this.slice(at, at + 1));
      const cut =
        (letter(start - 1) && letter(start)) || (letter(end - 1) && letter(end));
      if (!cut) found.push([start, end]);
      unit = held.text.indexOf(needle, unit + needle.length);
    }
    return found;
  }
}
