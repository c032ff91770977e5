"""The machine of a bench: its processor, its type (see docs/performance.md), and tcmalloc."""
import glob
import os
import pathlib

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8")
# Variables that limit hone, libtorch, oneDNN and MKL to an instruction set. ONNX Runtime has no such variable.
LEVELS = {"avx2": {"HONE_CPU": "avx2", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2",
                   "MKL_ENABLE_INSTRUCTIONS": "AVX2"}}
TCMALLOC = ("libtcmalloc.so.4", "libtcmalloc_minimal.so.4")
TCMALLOC_HINT = "install it with: sudo apt-get install -y --no-install-recommends libgoogle-perftools4"


def describe():
    fields = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    flags = [flag for flag in FLAGS if flag in fields.get("flags", "").split()]
    level = os.environ.get("HONE_CPU")
    return {
        "level": level,
        "processor": fields.get("model name", "unknown"), "vendor": fields.get("vendor_id", "unknown"),
        "family": fields.get("cpu family", "?"), "model": fields.get("model", "?"), "flags": flags,
        "kind": kind(fields.get("vendor_id", ""), flags), "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_before": os.getloadavg()[0],
    }


def limit(level):
    """Limits all runners that start later to these instructions."""
    os.environ.update(LEVELS[level])


def kind(vendor, flags):
    """Returns I (Intel with AMX), Z (AMD with AVX-512), A (AVX2 without AVX-512) or other."""
    if vendor == "GenuineIntel" and "amx_bf16" in flags:
        return "I"
    if vendor == "AuthenticAMD" and "avx512_bf16" in flags:
        return "Z"
    return "A" if "avx2" in flags and "avx512f" not in flags else "other"


def precisions():
    """Removes bf16 if the processor lacks it: emulated bf16 is tens of times slower than fp32, for every runner."""
    if os.environ.get("HONE_CPU") in LEVELS:
        return ["fp32"]
    native = any(flag in describe()["flags"] for flag in ("avx512_bf16", "amx_bf16"))
    return ["fp32", "bf16"] if native else ["fp32"]


def in_words(machine, with_load=True):
    level = f", limited to {machine['level']}" if machine["level"] else ""
    load = f"; load before the run {machine['load_before']:.1f}" if with_load else ""
    return (f"{machine['processor']} (family {machine['family']}, model {machine['model']}; "
            f"{' '.join(machine['flags']) or 'no AVX2'}), kind {machine['kind']}{level}, {machine['cores']} cores, "
            f"{machine['memory_gib']} GiB{load}")


def tcmalloc():
    """Returns the path of tcmalloc, or None if it is not installed."""
    for name in TCMALLOC:
        for folder in ("/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"):
            for path in glob.glob(f"{folder}/{name}"):
                return path
    return None
