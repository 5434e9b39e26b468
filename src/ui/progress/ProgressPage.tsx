/** What this browser knows about its reader: by chapter and by claim, to take along, to merge, to forget. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { progressPage } from "../../i18n/en/standing.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import {
  attemptsAt,
  believeItem,
  challengeItem,
  EVERYTHING,
  firstAttempt,
  latestAttempt,
  observationOf,
  type Progress,
  reset,
  withoutRetries,
} from "../../progress/model.ts";
import { standing } from "../../progress/standing.ts";
import { type Catalogue, questionsAbout } from "../../quiz/catalogue.ts";
import { AnswerFile, useMerge } from "../quiz/AnswerFile.tsx";
import { loadCatalogue, reasonOf } from "../quiz/load.ts";
import { Inline } from "../quiz/Inline.tsx";
import { progressStore } from "../quiz/progress.ts";
import { useProgress, useTrouble } from "../quiz/use-progress.ts";

interface Props {
  readonly base: string;
  readonly claims: string;
  readonly chapters: string;
  readonly review: string;
  readonly exam: string;
  readonly challenges: readonly { readonly id: string; readonly title: string; readonly address: string }[];
  readonly locale: Locale;
}

/** What to forget, and how it is called. */
interface Wish {
  readonly items: readonly string[];
  readonly count: number;
}

export function ProgressPage({ base, claims, chapters, review, exam, challenges, locale }: Props): JSX.Element | null {
  const t = pick(locale, { en: progressPage });
  const known = useProgress();
  const Trouble = useTrouble(known?.status);
  const [catalogue, setCatalogue] = useState<Catalogue | null>(null);
  const [failed, setFailed] = useState("");
  const [wish, setWish] = useState<Wish | null>(null);
  const [said, say] = useState("");
  useEffect(() => {
    loadCatalogue(base).then(setCatalogue, (error: unknown) => setFailed(reasonOf(error)));
  }, [base]);
  if (!known) return null;
  const { progress, status } = known;
  const answeredIn = (ids: readonly string[]): number =>
    ids.filter((id) => firstAttempt(attemptsAt(progress, id))).length;

  const forget = (): void => {
    const now = Date.now();
    if (wish)
      progressStore().update(
        (before) => wish.items.reduce<Progress>((one, item) => reset(one, item, now), before),
        now,
      );
    setWish(null);
    say(t.forgotten);
  };
  /** With what was observed after a prediction: the two belong together. */
  const ask = (ids: readonly string[]): void =>
    setWish({ items: ids.flatMap((id) => [id, observationOf(id)]), count: answeredIn(ids) });

  const reached = challenges.filter(({ id }) => attemptsAt(progress, challengeItem(id)).length > 0);
  const nothing = Object.keys(progress.items).length === 0;
  return (
    <div class="mine">
      {Trouble && <Trouble status={status} locale={locale} />}
      {failed !== "" && <p role="alert">{format(t.failed, { reason: failed })}</p>}
      {nothing && <p>{t.nothing}</p>}
      {wish && (
        <p class="notice" role="alert">
          {format(t.sure, { count: wish.count })} {t.forgetText}
          <span class="acts">
            <button type="button" class="btn" onClick={forget}>
              {t.yes}
            </button>
            <button type="button" class="btn" onClick={() => setWish(null)}>
              {t.no}
            </button>
          </span>
        </p>
      )}
      {catalogue && !nothing && (
        <>
          <p class="ends-line">
            <a class="btn main" href={review}>
              {t.toReview}
            </a>
            <a class="btn" href={exam}>
              {t.toExam}
            </a>
          </p>
          <Chapters {...{ catalogue, progress, chapters, t, ask }} />
          <Claims {...{ catalogue, progress, claims, t, ask }} />
        </>
      )}
      {reached.length > 0 && (
        <>
          <h2 id="reached">{t.reached}</h2>
          <ul>
            {reached.map(({ id, title, address }) => (
              <li key={id}>
                <a href={address}>{title}</a> <Forget {...{ t, ask }} name={title} ids={[challengeItem(id)]} />
              </li>
            ))}
          </ul>
        </>
      )}
      <TakeAlong locale={locale} />
      {!nothing && (
        <>
          <h2 id="forget">{t.forget}</h2>
          <p>{t.forgetText}</p>
          <p>
            <button
              type="button"
              class="btn"
              onClick={() => setWish({ items: [EVERYTHING], count: answeredIn(Object.keys(progress.items)) })}
            >
              {t.forgetAll}
            </button>
          </p>
        </>
      )}
      <p role="status">{said}</p>
    </div>
  );
}

interface Part {
  readonly catalogue: Catalogue;
  readonly progress: Progress;
  readonly t: typeof progressPage;
  readonly ask: (ids: readonly string[]) => void;
}

function Forget(props: Pick<Part, "t" | "ask"> & { readonly name: string; readonly ids: readonly string[] }) {
  const { t, ask, name, ids } = props;
  return (
    <button type="button" class="text" aria-label={`${t.forgetOne}: ${name}`} onClick={() => ask(ids)}>
      {t.forget}
    </button>
  );
}

function Chapters({ catalogue, progress, chapters, t, ask }: Part & { readonly chapters: string }): JSX.Element {
  return (
    <>
      <h2 id="chapters">{t.chapters}</h2>
      <table>
        <thead>
          <tr>
            {t.head.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {catalogue.chapters.map(({ slug, number, title }) => {
            const ids = catalogue.questions.filter(({ chapter }) => chapter === slug).map(({ id }) => id);
            const latest = ids.flatMap((id) => latestAttempt(attemptsAt(progress, id)) ?? []);
            return (
              <tr key={slug}>
                <th scope="row">
                  <a href={`${chapters}${slug}/`}>
                    {number}. {title}
                  </a>
                </th>
                <td>
                  {latest.length} / {ids.length}
                </td>
                <td>{latest.filter(({ right }) => right).length}</td>
                <td>
                  {latest.length > 0 && (
                    <button
                      type="button"
                      class="text"
                      aria-label={`${t.forgetChapter}: ${title}`}
                      onClick={() => ask(ids)}
                    >
                      {t.forget}
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

function Claims({ catalogue, progress, claims, t, ask }: Part & { readonly claims: string }): JSX.Element {
  const idsOf = (claim: string): readonly string[] => questionsAbout(catalogue, claim).map(({ id }) => id);
  const asked = catalogue.claims
    .map((claim) => {
      const [ids, before] = [idsOf(claim.id), believeItem(claim.id)];
      const mine = standing(progress, ids);
      // What was believed before reading counts until a question about it was answered.
      return { ...claim, ids: [...ids, before], mine: mine === "none" ? standing(progress, [before]) : mine };
    })
    .filter(({ mine }) => mine !== "none");
  const sure = asked.filter(({ ids }) =>
    ids.some((item) => {
      const last = latestAttempt(withoutRetries(attemptsAt(progress, item)));
      return last?.confidence === "sure" && !last.right;
    }),
  );
  const changed = catalogue.questions.filter(({ id, hash }) => {
    const last = latestAttempt(attemptsAt(progress, id));
    return last !== undefined && last.hash !== hash;
  });
  const link = (claim: string): JSX.Element => (
    <a href={`${claims}${claim}/`}>
      “<Inline text={catalogue.claims.find(({ id }) => id === claim)?.belief ?? claim} />”
    </a>
  );
  const list = (some: typeof asked): JSX.Element => (
    <ul>
      {some.map(({ id, belief, ids }) => (
        <li key={id}>
          {link(id)} <Forget {...{ t, ask, ids }} name={belief} />
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <h2 id="claims">{t.claims}</h2>
      <p>
        {format(t.claimsText, {
          asked: asked.length,
          all: catalogue.claims.length,
          right: asked.filter(({ mine }) => mine === "right").length,
          wrong: asked.filter(({ mine }) => mine === "wrong").length,
        })}
      </p>
      {sure.length > 0 && (
        <>
          <h3>{t.sureAndWrong}</h3>
          <p>{t.sureAndWrongText}</p>
          {list(sure)}
        </>
      )}
      {changed.length > 0 && (
        <>
          <h3>{t.changed}</h3>
          <p>{t.changedText}</p>
          <ul>
            {[...new Set(changed.map(({ claim }) => claim))].map((claim) => (
              <li key={claim}>{link(claim)}</li>
            ))}
          </ul>
        </>
      )}
      {asked.length > 0 && (
        <details class="twin">
          <summary>{t.every}</summary>
          {list(asked)}
        </details>
      )}
    </>
  );
}

function TakeAlong({ locale }: { locale: Locale }): JSX.Element {
  const t = pick(locale, { en: progressPage });
  const [text, setText] = useState("");
  const { said, merge } = useMerge(locale);
  return (
    <>
      <h2 id="take">{t.take}</h2>
      <p>{t.takeText}</p>
      <AnswerFile locale={locale} merge={merge} />
      <details class="twin">
        <summary>{t.text}</summary>
        <textarea readOnly rows={6} aria-label={t.text} value={progressStore().exportText()} />
      </details>
      <label class="bring">
        {t.bring}
        <textarea rows={3} value={text} onInput={(event) => setText(event.currentTarget.value)} spellcheck={false} />
      </label>
      <p>
        <button type="button" class="btn" disabled={text.trim() === ""} onClick={() => merge(text)}>
          {t.merge}
        </button>
      </p>
      <p role="status">{said}</p>
    </>
  );
}
