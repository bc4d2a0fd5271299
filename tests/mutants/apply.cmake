# Writes COPY: SOURCE with those hunks of PATCH that are for FILE.
file(READ ${PATCH} text)
string(FIND "${text}" "--- a/${FILE}\n" from)
string(SUBSTRING "${text}" ${from} -1 text)
string(SUBSTRING "${text}" 1 -1 rest)
string(FIND "${rest}" "\n--- a/" to)
if(NOT to EQUAL -1)
    math(EXPR to "${to} + 2")
    string(SUBSTRING "${text}" 0 ${to} text)
endif()
file(WRITE ${COPY}.patch "${text}")
execute_process(COMMAND ${TOOL} --quiet --no-backup-if-mismatch --output=${COPY} ${SOURCE}
                        ${COPY}.patch
                RESULT_VARIABLE failed)
if(failed)
    file(REMOVE ${COPY})
    message(FATAL_ERROR "${PATCH} does not fit ${FILE} any more: make it anew for today's source")
endif()
