// Sizes of memory and files as texts: "2GB", "512 MiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hone {

// Returns the bytes of a number with an optional unit: B, kB, MB, GB and TB are powers of 1000, KiB, MiB, GiB and TiB
// of 1024; case does not matter, and the B may be left out. Returns nullopt if the text is malformed or above 2^63.
std::optional<uint64_t> parse_byte_size(std::string_view text);

// Returns the size with three digits: "512 B", "1.25 MB", "30.5 GB".
std::string described_bytes(uint64_t bytes);

}  // namespace hone
