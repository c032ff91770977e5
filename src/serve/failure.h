// What a client hears of a request that failed, and what is for the log alone.
#pragma once

#include "http/response.h"

namespace hone::serve {

inline constexpr const char* kLogSaysMore = "the server's log says more";

// The answer for the exception being handled; to be called in a catch block. hone's own errors are told; of all others,
// as libtorch's with its call stack, the text goes to the log and the client hears "internal error". What is answered
// 500 is logged.
http::Response response_of_current_error();

}  // namespace hone::serve
