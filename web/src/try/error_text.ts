// An error as the page says it: the server's words with their hint, and the page's own if there was no answer.
import { ApiError } from "../shared/api.ts";
import { currentLanguage } from "../shared/i18n.ts";
import { tryTexts } from "./texts.ts";

export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return tryTexts[currentLanguage()].goneNotice;
  return error.hint ? `${error.message} (${error.hint})` : error.message;
}
