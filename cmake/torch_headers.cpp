// Only a place for the precompiled torch headers to hang on (cmake/floor.cmake).
namespace hone {}
