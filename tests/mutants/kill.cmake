# Passes when the test KILLER, run against the wrong variant MUTANT, fails as a test.
execute_process(COMMAND ${MUTANT} --gtest_filter=${KILLER} --gtest_brief=1
                RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(result EQUAL 0)
    message(FATAL_ERROR "survived ${KILLER}\n${said}")
endif()
if(NOT said MATCHES ": Failure\n|broken promise")
    message(FATAL_ERROR "ended without a verdict (${result})\n${said}")
endif()
string(REGEX MATCH "[^\n]*: Failure\n([^\n]+\n)?([^\n]+\n)?([^\n]+\n)?" why "${said}")
message(STATUS "killed by ${KILLER}\n${why}")
