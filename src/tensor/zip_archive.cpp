// Searches backwards from the end of the file for the end record of the directory. Checks every offset.
#include "tensor/zip_archive.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/error.h"

namespace hone::tensor {

namespace {

static_assert(std::endian::native == std::endian::little, "zip fields are read as they lie");

constexpr uint32_t kEndSignature = 0x06054b50, kEnd64Signature = 0x06064b50, kLocator64Signature = 0x07064b50;
constexpr uint32_t kEntrySignature = 0x02014b50, kLocalSignature = 0x04034b50;
constexpr size_t kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20, kEntryBytes = 46, kLocalBytes = 30;
constexpr uint16_t kExtra64 = 0x0001, kEncrypted = 0x0001;
constexpr uint32_t kIn64 = 0xFFFFFFFF;  // the value is in the zip64 field instead

struct Directory {
  uint64_t num_entries = 0, size = 0, offset = 0;
};

struct Entry {
  std::string name;
  uint16_t flags = 0, method = 0;
  uint64_t stored_size = 0, size = 0, local_offset = 0;
};

class ZipReader {
 public:
  ZipReader(std::string_view file, const std::string& source) : file_(file), source_(source) {}

  std::map<std::string, std::string_view> read() const {
    const Directory directory = find_directory();
    std::map<std::string, std::string_view> members;
    uint64_t place = directory.offset;
    const uint64_t end = directory.offset + part(directory.offset, directory.size).size();
    for (uint64_t i = 0; i < directory.num_entries; ++i) {
      const Entry entry = read_entry(place, end);
      if (!members.emplace(entry.name, bytes_of(entry)).second)
        throw broken(fmt::format("\"{}\" is in it twice", entry.name));
    }
    return members;
  }

 private:
  Error broken(const std::string& what) const {
    return Error(ErrorKind::kInput, fmt::format("{}: {}", source_, what),
                 "the file is damaged or incomplete: download it again");
  }

  std::string_view part(uint64_t offset, uint64_t size) const {
    if (offset > file_.size() || size > file_.size() - offset) {
      throw broken(fmt::format("its directory points to bytes {} + {} of {}", offset, size, file_.size()));
    }
    return file_.substr(offset, size);
  }

  template <typename T>
  static T field(std::string_view record, size_t offset) {
    T value;
    std::memcpy(&value, record.data() + offset, sizeof value);
    return value;
  }

  // Only a comment of at most 65535 bytes may follow the end record.
  uint64_t find_end_record() const {
    for (uint64_t back = kEndBytes; back <= file_.size() && back <= kEndBytes + 0xFFFF; ++back) {
      const uint64_t offset = file_.size() - back;
      if (field<uint32_t>(file_.substr(offset), 0) == kEndSignature) return offset;
    }
    throw broken("it is not a zip file: no end record");
  }

  Directory find_directory() const {
    const uint64_t end_offset = find_end_record();
    const std::string_view end = file_.substr(end_offset, kEndBytes);
    const std::optional<Directory> large = find_directory64(end_offset);
    if (large) return *large;
    return {field<uint16_t>(end, 10), field<uint32_t>(end, 12), field<uint32_t>(end, 16)};
  }

  std::optional<Directory> find_directory64(uint64_t end_offset) const {
    if (end_offset < kLocator64Bytes) return std::nullopt;
    const std::string_view locator = file_.substr(end_offset - kLocator64Bytes, kLocator64Bytes);
    if (field<uint32_t>(locator, 0) != kLocator64Signature) return std::nullopt;
    const std::string_view record = part(field<uint64_t>(locator, 8), kEnd64Bytes);
    if (field<uint32_t>(record, 0) != kEnd64Signature) throw broken("its zip64 end record is not where it should be");
    return Directory{field<uint64_t>(record, 32), field<uint64_t>(record, 40), field<uint64_t>(record, 48)};
  }

  // Reads the entry at `place` of the directory, which ends at `end`, and advances.
  Entry read_entry(uint64_t& place, uint64_t end) const {
    const auto take = [&](uint64_t size) {
      if (size > end - place) throw broken("its directory is truncated");
      place += size;
      return file_.substr(place - size, size);
    };
    const std::string_view record = take(kEntryBytes);
    if (field<uint32_t>(record, 0) != kEntrySignature) throw broken("its directory has a record that is not an entry");
    Entry entry;
    entry.flags = field<uint16_t>(record, 8);
    entry.method = field<uint16_t>(record, 10);
    entry.stored_size = field<uint32_t>(record, 20);
    entry.size = field<uint32_t>(record, 24);
    entry.local_offset = field<uint32_t>(record, 42);
    entry.name = take(field<uint16_t>(record, 28));
    read_extra(take(field<uint16_t>(record, 30)), entry);
    take(field<uint16_t>(record, 32));  // the comment
    return entry;
  }

  // Reads the zip64 field, which has those of the three numbers that do not fit into 32 bits, in this order.
  void read_extra(std::string_view extra, Entry& entry) const {
    while (extra.size() >= 4) {
      const auto id = field<uint16_t>(extra, 0);
      const size_t size = field<uint16_t>(extra, 2);
      extra.remove_prefix(4);
      if (size > extra.size()) throw broken(fmt::format("an extra field of \"{}\" is truncated", entry.name));
      std::string_view numbers = extra.substr(0, size);
      extra.remove_prefix(size);
      if (id != kExtra64) continue;
      for (uint64_t* number : {&entry.size, &entry.stored_size, &entry.local_offset}) {
        if (*number != kIn64) continue;
        if (numbers.size() < 8) throw broken(fmt::format("the zip64 field of \"{}\" is truncated", entry.name));
        *number = field<uint64_t>(numbers, 0);
        numbers.remove_prefix(8);
      }
    }
  }

  std::string_view bytes_of(const Entry& entry) const {
    if (entry.method != 0 || (entry.flags & kEncrypted) != 0) {
      throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"{}\" is compressed or encrypted", source_, entry.name),
                  "torch.save stores without compression: save the file again with torch");
    }
    if (entry.stored_size != entry.size) throw broken(fmt::format("\"{}\" has two sizes", entry.name));
    const std::string_view local = part(entry.local_offset, kLocalBytes);
    if (field<uint32_t>(local, 0) != kLocalSignature)
      throw broken(fmt::format("\"{}\" is not where it should be", entry.name));
    const uint64_t skipped = kLocalBytes + field<uint16_t>(local, 26) + field<uint16_t>(local, 28);
    return part(entry.local_offset + part(entry.local_offset, skipped).size(), entry.size);
  }

  std::string_view file_;
  const std::string& source_;
};

}  // namespace

std::map<std::string, std::string_view> read_zip(std::string_view file, const std::string& source) {
  return ZipReader(file, source).read();
}

}  // namespace hone::tensor
