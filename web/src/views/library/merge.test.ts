import { describe, expect, it } from "vitest";
import { poster, video } from "./fake-library";
import { mergePage } from "./merge";

const page = (videos: ReturnType<typeof video>[], changes = {}) => ({ videos, after: undefined, isLast: false, ...changes });
const ids = (videos: readonly { id: string }[]) => videos.map(({ id }) => Number(id.slice(3)));
const now = Date.now();

describe("mergePage", () => {
  it("keeps the objects of videos that have not changed", () => {
    const loaded = [video(3), video(2), video(1)];
    const merged = mergePage(loaded, page([video(3), video(2)]), now);
    expect(merged.isChanged).toBe(false);
    expect(merged.videos).toEqual(loaded);
    expect(merged.videos.every((other, index) => other === loaded[index])).toBe(true);
  });

  it("puts new videos first and names them", () => {
    const merged = mergePage([video(2), video(1)], page([video(4), video(3), video(2)]), now);
    expect(ids(merged.videos)).toEqual([4, 3, 2, 1]);
    expect(ids(merged.fresh)).toEqual([4, 3]);
    expect(mergePage([], page([video(1)]), now).fresh).toEqual([]);
  });

  it("removes what was deleted elsewhere, in the range of the page only", () => {
    const loaded = [video(5), video(4), video(3), video(2), video(1)];
    expect(ids(mergePage(loaded, page([video(5), video(3)]), now).videos)).toEqual([5, 3, 2, 1]);
    const later = page([video(1)], { after: video(3).id, isLast: true });
    expect(ids(mergePage(loaded, later, now).videos)).toEqual([5, 4, 3, 1]);
    expect(ids(mergePage(loaded, page([], { isLast: true }), now).videos)).toEqual([]);
    expect(ids(mergePage(loaded, page([]), now).videos)).toEqual([5, 4, 3, 2, 1]);
  });

  it("names the videos that were finished in between", () => {
    const loaded = [video(3, { status: "processing" }), video(2, { status: "queued" }), video(1)];
    const merged = mergePage(loaded, page([video(3), video(2, { status: "processing" }), video(1)]), now);
    expect(ids(merged.finished)).toEqual([3]);
  });

  it("keeps the link to the same image until shortly before it expires", () => {
    const link = (changes: Partial<ReturnType<typeof video>>) =>
      mergePage([video(1, { poster: poster("old", 3600), ...changes })], page([video(1, { poster: poster("new", 3600) })]), now)
        .videos[0]?.poster?.url;
    expect(link({})).toMatch(/old$/);
    expect(link({ poster: poster("old", 60) })).toMatch(/new$/);
    expect(link({ poster: { ...poster("old", 3600), url: "https://s3.test/other.jpg?signature=old" } })).toMatch(/new$/);
  });
});
