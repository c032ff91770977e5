// The text of an error: the server's message with its hint, or the page's own words if there was no response.
import { ApiError } from "../shared/api.ts";
import { currentLanguage } from "../shared/i18n.ts";
import { AnswerError } from "./forms/answer_error.ts";
import { tryTexts } from "./texts.ts";

export function errorText(error: unknown): string {
  const texts = tryTexts[currentLanguage()];
  if (error instanceof AnswerError) return texts.badAnswer(error.message);
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return texts.goneNotice;
  return error.hint ? `${error.message} (${error.hint})` : error.message;
}
