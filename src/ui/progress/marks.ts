/** Quiet marks beside the chapters of the navigation: how many of their questions the reader has answered rightly. */
import { attemptsAt, latestAttempt } from "../../progress/model.ts";
import { format } from "../../i18n/format.ts";
import { loadCatalogue } from "../quiz/load.ts";
import { progressStore } from "../quiz/progress.ts";

/**
 * @param nav the navigation; its links to chapters end in the chapter's slug
 * @param base address of the folder of questions
 * @param label what the mark says to a screen reader, with {right} and {all}
 */
export async function markChapters(nav: HTMLElement, base: string, label: string): Promise<void> {
  const { questions } = await loadCatalogue(base);
  const show = (): void => {
    const progress = progressStore().progress();
    for (const link of nav.querySelectorAll<HTMLAnchorElement>('a[href*="/chapters/"]')) {
      const slug = link.pathname.split("/").at(-2);
      const ids = questions.filter(({ chapter }) => chapter === slug).map(({ id }) => id);
      const latest = ids.flatMap((id) => latestAttempt(attemptsAt(progress, id)) ?? []);
      const right = latest.filter((attempt) => attempt.right).length;
      const mark = link.querySelector(".mark") ?? link.appendChild(document.createElement("span"));
      mark.className = "mark";
      mark.textContent = latest.length === 0 ? "" : `${right}/${ids.length}`;
      if (latest.length > 0) mark.setAttribute("title", format(label, { right, all: ids.length }));
    }
  };
  show();
  progressStore().subscribe(show);
}
