// A source for the target that precompiles torch's headers (cmake/floor.cmake).
namespace hone {}
