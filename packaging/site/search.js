const field = document.getElementById("search");
const found = document.getElementById("found");
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  found.replaceChildren();
  found.hidden = words.length === 0;
  if (!words.length) return;
  const seen = new Set();
  const hits = PAGES.filter((page) => {
    const told = (page.title + " " + page.text).toLowerCase();
    const key = page.title + page.text;
    if (seen.has(key) || !words.every((word) => told.includes(word))) return false;
    seen.add(key);
    return true;
  });
  const missing = (page) => words.filter((w) => !page.title.toLowerCase().includes(w)).length;
  hits.sort((one, other) => missing(one) - missing(other));
  for (const page of hits.slice(0, 20)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = field.dataset.up + page.page;
    link.textContent = page.title;
    const excerpt = document.createElement("small");
    excerpt.textContent = page.text.slice(0, 90);
    item.append(link);
    link.append(excerpt);
    found.append(item);
  }
  if (!hits.length) found.textContent = "Nothing matches: try another word.";
});
