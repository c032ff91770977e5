// The answer forms by the name that /info has in "widget". A new form is a file pair and its row here.
import type { Info, RawAnswer } from "../served_model.ts";
import { AnswerError } from "./answer_error.ts";
import { entitiesForm } from "./entities_view.tsx";
import type { Form, Prediction } from "./form.ts";
import { labelsForm } from "./labels_view.tsx";
import { numbersForm } from "./numbers_view.tsx";
import { scoresForm } from "./scores_view.tsx";

const forms: Readonly<Record<string, Form>> = { scores: scoresForm, labels: labelsForm, numbers: numbersForm, entities: entitiesForm };

// Of a server that does not say, and while nothing is known.
const usual = "scores";

type Named = Pick<Info, "widget"> | null;

const nameOf = (info: Named): string => info?.widget ?? usual;

/** The form of the model's answers. A form that this page does not know has the words of the usual one; reading fails. */
export const formOf = (info: Info | null): Form => formNamed(nameOf(info)) ?? scoresForm;

export const formNamed = (name: string): Form | null => (Object.hasOwn(forms, name) ? forms[name] ?? null : null);

/** The form of a prediction that was read. */
export const formFor = ({ form }: Prediction): Form => formNamed(form) ?? scoresForm;

/** Returns what the model says of each of the texts. Throws AnswerError. */
export function readAnswers(raw: readonly RawAnswer[], texts: readonly string[], info: Named): Prediction[] {
  const name = nameOf(info), form = formNamed(name);
  if (form === null) throw new AnswerError("/info.widget", name);
  return raw.map(({ value, ...notes }, index) => {
    try {
      return { ...notes, form: name, answer: form.read(value, texts[index] ?? "") };
    } catch (error) {
      throw error instanceof AnswerError ? error.within(`/predict[${index}]`) : error;
    }
  });
}
