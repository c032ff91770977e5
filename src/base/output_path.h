// Checks of a path that is about to be written, so that no command destroys its own input or an older result.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hone {

// True for "-" (standard output), and for an existing path that is not a regular file: a pipe, a terminal, /dev/null. Such
// an output is written as it comes, not under a temporary name.
bool is_stream(const std::filesystem::path& path);

// The name of an output in messages: "standard output" for "-", else the path.
std::string output_name(const std::filesystem::path& path);

// Throws kUsage if both are one file, also by a link, a hard link or another spelling of the path. The options name
// them in the message, such as "--output" and "--file".
void check_is_not_input(const std::filesystem::path& output, std::string_view output_option,
                        const std::filesystem::path& input, std::string_view input_option);

// Throws kUsage if the output exists and is not empty; the hint names --overwrite. A stream is never refused.
void check_is_free(const std::filesystem::path& output, std::string_view output_option);

}  // namespace hone
