// A source for the targets that precompile headers (cmake/floor.cmake).
namespace hone {}
