// The alphabet of byte-level BPE (GPT-2): each byte has a visible character, so that a token is always valid text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hone::text {

char32_t character_of_byte(unsigned char byte);

// Returns nullopt for a character outside the alphabet.
std::optional<unsigned char> byte_of_character(char32_t code);

// Returns the text with the character of each byte.
std::string to_byte_characters(std::string_view bytes);

// Returns the bytes that a token stands for, or the token itself if a character is outside the alphabet.
std::string from_byte_characters(std::string_view token);

// Returns the number of bytes at the end of `bytes` that begin a character and lack its rest.
size_t length_of_unfinished_character(std::string_view bytes);

// Returns the text with U+FFFD for each malformed part, as Rust's from_utf8_lossy.
std::string replace_malformed(std::string_view bytes);

}  // namespace hone::text
