// Diagnoses as text for the terminal, and as JSON in both languages.
#pragma once

#include <span>
#include <string>

#include "advise/diagnosis.h"

namespace hone::advise {

// Returns {"format": 1, "logged", "evaluations", "is_running", "is_cut", "diagnoses": [{"id", "severity", "title",
// "meaning", "evidence", "facts", "remedies": [{"flags", "reason"}]}]}; each text is {"en", "zh"}.
Json to_json(const History& history, std::span<const Diagnosis> diagnoses);

// Returns lines of at most `width` columns, except for options, which can be pasted. Text from the run's files has no
// control characters.
std::string to_text(const History& history, std::span<const Diagnosis> diagnoses, Language language, size_t width);

}  // namespace hone::advise
