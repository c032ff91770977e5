// Numbers with their nouns, for messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hone {

// Returns the number and the English noun in singular or plural: "1 step", "2 steps", "0 batches", "3 entries".
std::string counted(uint64_t count, std::string_view singular);

// Returns the plural of a regular English noun: "batches", "classes", "epochs", "entries".
std::string plural_of(std::string_view singular);

}  // namespace hone
