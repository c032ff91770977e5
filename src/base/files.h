// Reads or maps whole files. Writes files so that readers never see a part of one (temporary name, fsync, rename).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace hone {

// A read-only map of a whole file. Errors: kIo with path and system message.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {data_, size_}; }
  // Gives the memory of a part of bytes() back to the system, which reads the file again if the part is read again.
  void release(std::string_view part) const;

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

// Writes a file under a temporary name beside `path`. commit() syncs it and renames it to `path`. Without commit() the
// destructor removes it.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  void commit();
  // commit() without the sync. Readers see a complete file, but after a power failure it may be the older one or empty.
  void commit_unsynced();

 private:
  void move_into_place();

  std::filesystem::path path_, temporary_;
  Descriptor descriptor_;
};

// A file that is only appended to. append() hands the bytes to the operating system before it returns. Errors: kIo with
// path and system message.
class AppendFile {
 public:
  // Opens the file, or creates an empty one.
  explicit AppendFile(std::filesystem::path path);

  void append(std::string_view bytes);
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  Descriptor descriptor_;
};

// Fills a folder under a temporary name beside `path`. commit() syncs every file in it and renames it to `path`,
// replacing a folder that is already there.
class AtomicFolder {
 public:
  explicit AtomicFolder(const std::filesystem::path& path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  // The folder to write to before commit().
  const std::filesystem::path& staging() const { return staging_; }
  void commit();

 private:
  std::filesystem::path path_, staging_;
  bool committed_ = false;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);  // atomic
// write_file() without the sync, for files that are soon written again.
void replace_file(const std::filesystem::path& path, std::string_view bytes);
void make_folders(const std::filesystem::path& path);
void sync_folder(const std::filesystem::path& path);

// Returns folder / name for a `name` that was read from a file. Errors: kInput if the path is outside the folder.
std::filesystem::path contained_path(const std::filesystem::path& folder, std::string_view name);

// Returns true for the temporary names of AtomicFile and AtomicFolder.
bool is_temporary_name(std::string_view file_name);

}  // namespace hone
