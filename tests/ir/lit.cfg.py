# lit: each .mlir file names its commands in RUN lines. Paths come from CMake as parameters.
import lit.formats

config.name = "pipewright-ir"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir"]
config.test_source_root = lit_config.params["source"]
config.test_exec_root = lit_config.params["output"]
config.substitutions.append(("pipewright-opt", lit_config.params["opt"]))
config.substitutions.append(("FileCheck", lit_config.params["filecheck"]))
