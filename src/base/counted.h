// Counts in messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hone {

// "1 step", "2 steps", "0 batches", "3 entries": the number and the English noun in the form that fits.
std::string counted(uint64_t count, std::string_view singular);

// The plural of a regular English noun: "batches", "classes", "epochs", "entries".
std::string plural_of(std::string_view singular);

}  // namespace hone
