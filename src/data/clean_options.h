// The options of hone data clean, and what can be checked of them before any row is read.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/inputs.h"
#include "data/near_duplicates.h"
#include "data/outputs.h"
#include "data/stop_words.h"

namespace hone::data {

inline constexpr std::array<std::string_view, 4> kUnicodeForms = {"NFC", "NFKC", "NFD", "NFKD"};
inline constexpr std::array<std::string_view, 2> kDuplicateRules = {"first", "majority"};

struct CleanOptions : NearDuplicateOptions {
  InputOptions input;
  OutputOptions output;
  bool fix_mojibake = false, strip_html = false, unescape_entities = false, half_width = false, remove_control = false,
       remove_invisible = false, lower_case = false, collapse_whitespace = false, trim_labels = false,
       drop_missing = false;
  std::optional<std::string> unicode_form, mask_urls, mask_emails, mask_numbers, duplicates, near_duplicates;
  std::vector<std::string> remove_stop_words, rename_labels, keep_labels, drop_rows_of, replace_regex, drop_regex,
      keep_regex;
  std::optional<int64_t> min_characters, max_characters;
  std::filesystem::path record, correct_labels, model_name_or_path, try_model;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    table::ColumnOptions::fields(self.input, visit);
    OutputOptions::fields(self.output, visit);
    visit("record", self.record, "JSON file that records what each rule changed")
        .value_name("FILE")
        .default_text("the output's name with .record.json");
    visit.group("Text rules, in this order");
    visit("fix_mojibake", self.fix_mojibake, "repair UTF-8 that was decoded as Windows-1252 or Latin-1");
    visit("strip_html", self.strip_html, "remove HTML tags, comments, scripts and styles");
    visit("unescape_entities", self.unescape_entities, "decode HTML entities such as &amp; and &#39;");
    visit("unicode_form", self.unicode_form, "normal form of Unicode").choices(choices_of(kUnicodeForms));
    visit("half_width", self.half_width, "turn full-width letters, digits and signs into half-width ones");
    visit("remove_control", self.remove_control, "remove control characters except tabs and line breaks");
    visit("remove_invisible", self.remove_invisible, "remove zero-width spaces, direction marks and soft hyphens");
    visit("mask_urls", self.mask_urls, "replace web addresses by this text").value_name("TEXT");
    visit("mask_emails", self.mask_emails, "replace e-mail addresses by this text").value_name("TEXT");
    visit("mask_numbers", self.mask_numbers, "replace numbers by this text").value_name("TEXT");
    visit("replace_regex", self.replace_regex,
          "replace what a regular expression matches; $1 to $9 are its groups; can be repeated")
        .not_split()
        .value_name("EXPRESSION=>TEXT");
    visit("lower_case", self.lower_case, "turn letters into lower case");
    visit("remove_stop_words", self.remove_stop_words, "remove frequent words of these languages: en, zh")
        .choices(choices_of(kStopWordLanguages));
    visit("collapse_whitespace", self.collapse_whitespace,
          "turn each run of white space into one space, and remove it at both ends");
    visit.group("Row rules, in this order");
    visit("correct_labels", self.correct_labels,
          "csv file with the columns row and label: the new labels of rows, which the page of hone data labels saves")
        .value_name("FILE");
    visit("trim_labels", self.trim_labels, "remove white space around labels");
    visit("rename_labels", self.rename_labels, "labels to change, each as OLD=NEW").value_name("OLD=NEW,...");
    visit("keep_labels", self.keep_labels, "drop rows with other labels than these").value_name("LABEL,...");
    visit("drop_missing", self.drop_missing, "drop rows without text or label");
    visit("min_characters", self.min_characters, "drop rows with shorter texts").at_least(1);
    visit("max_characters", self.max_characters, "drop rows with longer texts").at_least(1);
    visit("drop_regex", self.drop_regex, "drop rows whose text matches a regular expression; can be repeated")
        .not_split()
        .value_name("EXPRESSION");
    visit("keep_regex", self.keep_regex, "drop rows whose text matches none of these regular expressions")
        .not_split()
        .value_name("EXPRESSION");
    visit("drop_rows_of", self.drop_rows_of, "drop rows whose text equals, or nearly equals, one of these files")
        .not_split()
        .paths()
        .value_name("FILE");
    visit("duplicates", self.duplicates,
          "of rows with equal texts keep the first one, or the first one with the most frequent label")
        .choices(choices_of(kDuplicateRules));
    visit("near_duplicates", self.near_duplicates, "the same for nearly equal texts")
        .choices(choices_of(kDuplicateRules));
    NearDuplicateOptions::fields(self, visit);
    visit.group("Advice");
    visit("model_name_or_path", self.model_name_or_path,
          "folder of the model that will read the rows, to warn of rules that harm it")
        .alias("model")
        .value_name("DIR");
    visit("try_model", self.try_model,
          "folder of a trained model: measures it on the rows before and after the text rules")
        .alias("try")
        .value_name("DIR");
  }
};

// Returns the names of all rules in the order in which they are applied: the names of their options.
std::vector<std::string> clean_rule_order();

// Returns the new name of each label that --rename-labels names. Error (kUsage): a rename is not OLD=NEW.
std::map<std::string, std::string> parsed_renames(const std::vector<std::string>& renames);

// Returns the file of the record, or an empty path: rows on standard output have one only if --record names it.
std::filesystem::path record_path(const CleanOptions& options);

// Throws what is wrong with the options alone, before any row is read and any model runs. Errors: kUsage if no rule is
// on, the output is missing, exists, is an input or has an unknown format, the record exists or is no file, a rename is
// not OLD=NEW, or --try has no text rule to try; those of text::Regex.
void check_clean_options(const CleanOptions& options);

}  // namespace hone::data
