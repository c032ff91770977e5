// HONE_VECTOR_CLONES before a function of loops without branches, over arrays that are __restrict: the compiler also
// makes forms of it for AVX2 and AVX-512, and the loader chooses the best one that the processor has. For integers and
// bytes only, so that every form gives the same result.
#pragma once

#if defined(__x86_64__) && defined(__linux__)
#define HONE_VECTOR_CLONES [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define HONE_VECTOR_CLONES
#endif
