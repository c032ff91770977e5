// HTML in texts: tags, comments and character references.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hone::data {

// Returns the end of the tag or comment that begins at text[begin], which is '<'; or npos if none begins there. Only
// the elements of HTML are tags: "<unk>", "<3" and "a < b" are text.
size_t end_of_tag(std::string_view text, size_t begin);

// Returns true if the text has at least one tag or comment.
bool has_tag(std::string_view text);

// Replaces each tag and comment by a space, and removes the content of script and style. Replaces the spaces around
// them by one space. Tags of inline elements such as <b> and <a> leave no space.
std::string without_tags(std::string_view text);

// Returns true if the text has a character reference: "&amp;", "&#39;", "&#x27;". A reference must end with ';'.
bool has_entity(std::string_view text);

// Replaces character references as Python's html.unescape does, that is as HTML 5 (section 13.2.5.72).
std::string without_entities(std::string_view text);

}  // namespace hone::data
