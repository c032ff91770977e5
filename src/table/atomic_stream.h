// A stream for Arrow's writers into a file that appears when it is complete. Internal to the floor.
#pragma once

#include <arrow/io/interfaces.h>

#include <filesystem>

#include "base/files.h"

namespace hone::table {

// Passes the bytes of Arrow's writers to an AtomicFile.
class AtomicStream : public arrow::io::OutputStream {
 public:
  explicit AtomicStream(const std::filesystem::path& path) : file_(path) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return size_; }
  using arrow::io::OutputStream::Write;
  arrow::Status Write(const void* data, int64_t size) override {
    file_.write({static_cast<const char*>(data), static_cast<size_t>(size)});
    size_ += size;
    return arrow::Status::OK();
  }
  void commit() { file_.commit(); }

 private:
  AtomicFile file_;
  int64_t size_ = 0;
  bool closed_ = false;
};

}  // namespace hone::table
