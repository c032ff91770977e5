// The text of an error: the server's message with its hint, or the page's own words if there was no response.
import { ApiError } from "../shared/api.ts";
import { currentLanguage } from "../shared/i18n.ts";
import { tryTexts } from "./texts.ts";

export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return tryTexts[currentLanguage()].goneNotice;
  return error.hint ? `${error.message} (${error.hint})` : error.message;
}
