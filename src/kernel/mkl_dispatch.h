// Makes MKL, inside libtorch, use its best code. On processors of other makers than Intel, MKL chooses slower code even
// if they have the instructions: on AMD's Zen 4 its sgemm then runs at three quarters of the speed (150 instead of 200
// GFLOP/s on two cores). MKL calls this function to decide; libtorch exports it too, but the loader finds this one
// first. Also makes MKL look at the processor when the program is loaded: MKL's own look is not safe in threads.
#pragma once

extern "C" {

// Returns 1 if MKL may choose by the processor's instructions (Intel's processors, or AVX2 and more), else 0.
int mkl_serv_intel_cpu_true();
}
