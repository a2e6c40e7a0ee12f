# Writes OUTPUT with the commit, only when it changes.
execute_process(COMMAND git describe --always --abbrev=12 --dirty=-modified
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#pragma once\n#define HETAL_COMMIT \"${commit}\"\n")
get_filename_component(folder ${OUTPUT} DIRECTORY)
file(CONFIGURE OUTPUT ${folder}/build.properties CONTENT "abi=6\ncommit=${commit}\n")
