// Diagnoses as text for the terminal, and as JSON in both languages.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "advise/diagnosis.h"

namespace hone::advise {

// Returns {"format": 1, "logged", "evaluations", "is_running", "is_cut", "diagnoses": [{"id", "severity", "title",
// "meaning", "evidence", "facts", "remedies": [{"flags", "reason"}]}]}; each text is {"en", "zh"}.
Json to_json(const History& history, std::span<const Diagnosis> diagnoses);

// Returns lines of at most `width` columns, except for options, which can be pasted. Text from the run's files has no
// control characters.
std::string to_text(const History& history, std::span<const Diagnosis> diagnoses, Language language, size_t width);

// Returns a paragraph whose first line has `mark` before it; every line begins after `indent` columns.
std::string paragraph(std::string_view mark, std::string_view text, size_t indent, size_t width);

// One of the diagnoses; `remedies_title` stands above its remedies.
Json diagnosis_json(const Diagnosis& diagnosis);
std::string diagnosis_text(const Diagnosis& diagnosis, const Sentence& remedies_title, Language language, size_t width);

}  // namespace hone::advise
