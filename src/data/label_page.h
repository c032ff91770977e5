// The page on which a person keeps or changes the labels that hone data labels doubts.
#pragma once

#include <string>

#include "data/inputs.h"
#include "data/label_errors.h"

namespace hone::data {

// Returns the page, in English and Chinese, for both colour schemes. It shows the issues one by one, keeps the
// decisions in the browser, and saves the changed labels as a csv file for `hone data clean --correct-labels`
// (corrections.h). It shows that command for the files and columns of `input`.
std::string to_page(const LabelErrors& errors, const LabelledRows& rows, const InputOptions& input);

}  // namespace hone::data
