/** The pre-test: what the reader thinks of ten beliefs, then which hold, and a path through the course. */
import type { JSX, TargetedSubmitEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { claims as claimWords } from "../../i18n/en/claims.ts";
import { believe } from "../../i18n/en/standing.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { addAttempt, attemptsAt, believeItem, latestAttempt } from "../../progress/model.ts";
import type { Catalogue } from "../../quiz/catalogue.ts";
import type { Confidence } from "../../quiz/model.ts";
import { readingPath } from "../../quiz/exam.ts";
import { judge, SCALE, type Stance } from "../../quiz/stance.ts";
import { Inline } from "../quiz/Inline.tsx";
import { progressStore } from "../quiz/progress.ts";
import { ReadingList } from "../quiz/Reading.tsx";
import { useProgress, useTrouble } from "../quiz/use-progress.ts";

export interface BelieveClaim {
  readonly id: string;
  readonly belief: string;
  readonly verdict: Catalogue["claims"][number]["verdict"];
  readonly hash: string;
  /** One sentence that decides it. */
  readonly fact: string;
  readonly address: string;
}

interface Props {
  readonly claims: readonly BelieveClaim[];
  readonly catalogue: Pick<Catalogue, "claims" | "chapters">;
  /** Address of a chapter is this with its slug; and of the course. */
  readonly chapters: string;
  readonly course: string;
  readonly exam: string;
  readonly locale: Locale;
}

const SURE: Readonly<Record<Stance, Confidence>> = {
  "sure-yes": "sure",
  "think-yes": "think-so",
  unknown: "guess",
  "think-no": "think-so",
  "sure-no": "sure",
};

export function Believe({ claims, catalogue, chapters, course, exam, locale }: Props): JSX.Element {
  const t = pick(locale, { en: believe });
  const words = pick(locale, { en: claimWords });
  const known = useProgress();
  const Trouble = useTrouble(known?.status);
  const [given, setGiven] = useState<Readonly<Record<string, Stance>>>({});
  const [shown, setShown] = useState(false);
  const head = useRef<HTMLParagraphElement>(null);

  const answered = claims.filter(({ id }) => given[id] !== undefined);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (answered.length === 0) return event.currentTarget.querySelector("input")?.focus();
    const now = Date.now();
    for (const claim of answered) {
      const stance = given[claim.id] ?? "unknown";
      const attempt = {
        at: now,
        answer: stance,
        right: judge(stance, claim.verdict),
        confidence: SURE[stance],
        hash: claim.hash,
      };
      progressStore().update((progress) => addAttempt(progress, believeItem(claim.id), attempt), now);
    }
    setShown(true);
    requestAnimationFrame(() => head.current?.focus());
  };

  const before = (id: string): Stance | undefined => {
    const kept = known && latestAttempt(attemptsAt(known.progress, believeItem(id)))?.answer;
    return SCALE.find((stance) => stance === kept);
  };
  const missed = answered
    .filter(({ id, verdict }) => !judge(given[id] ?? "unknown", verdict))
    .map(({ id }) => ({ claim: id, weight: SURE[given[id] ?? "unknown"] === "sure" ? 2 : 1 }));
  const path = readingPath(missed, { ...catalogue, version: "", questions: [] });

  const notice = Trouble && known && <Trouble status={known.status} locale={locale} />;

  if (!shown)
    return (
      <form class="believe" onSubmit={submit}>
        <ol>
          {claims.map(({ id, belief }) => (
            <li key={id}>
              <fieldset>
                <legend>
                  <span class="says">{t.says}</span> “<Inline text={belief} />”
                </legend>
                <div class="scale">
                  {SCALE.map((stance) => (
                    <label key={stance}>
                      <input
                        type="radio"
                        name={id}
                        value={stance}
                        checked={given[id] === stance}
                        onChange={() => setGiven({ ...given, [id]: stance })}
                      />
                      {t.scale[stance]}
                    </label>
                  ))}
                </div>
              </fieldset>
            </li>
          ))}
        </ol>
        <div class="go">
          <button type="submit" class="btn main">
            {t.show}
          </button>
          <span role="status">{format(t.done, { count: answered.length, all: claims.length })}</span>
        </div>
        {notice}
      </form>
    );
  return (
    <div class="believe">
      <p class="score" tabIndex={-1} ref={head}>
        {format(t.score, {
          right: answered.length - missed.length,
          count: answered.length,
        })}
      </p>
      {notice}
      <ol>
        {claims.map(({ id, belief, verdict, fact, address }) => {
          const stance = given[id] ?? before(id);
          const right = stance !== undefined && judge(stance, verdict);
          return (
            <li key={id}>
              <p class="claim">
                <span class={`verdict ${verdict === "false" ? "v-false" : verdict === "true" ? "v-true" : "v-doubt"}`}>
                  {words.verdict[verdict]}
                </span>{" "}
                “<Inline text={belief} />”
              </p>
              <p>
                <Inline text={fact} /> <a href={address}>{t.more}</a>
              </p>
              {stance !== undefined && (
                <p class="mine">
                  {t.scale[stance]}. {right ? t.agreed.right : stance === "unknown" ? t.agreed.unknown : t.agreed.wrong}
                </p>
              )}
            </li>
          );
        })}
      </ol>
      <h2>{t.path}</h2>
      {path.length === 0 ? (
        <p>
          <a href={exam}>{t.pathNone}</a>
        </p>
      ) : (
        <>
          <p>{t.pathText}</p>
          <ReadingList slugs={path} catalogue={catalogue} chapters={chapters} />
        </>
      )}
      <div class="go">
        <button type="button" class="btn" onClick={() => setShown(false)}>
          {t.again}
        </button>
        <a href={course}>{t.all}</a>
      </div>
    </div>
  );
}
