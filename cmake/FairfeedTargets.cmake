# The targets of rooms, programs and tests. A room is a directory: every .cc in the directory
# belongs to the room's library, so no source is left unbuilt.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

add_library(fairfeed_options INTERFACE)
target_compile_options(fairfeed_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Werror
    # GCC 12 reports false overlaps in "text" + std::string(...) (PR105329), and members of a
    # variant's other alternatives as uninitialised (PR80635). Clang 14, which only fuzzing uses,
    # does not initialise variables without a second option that it promises to remove.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized -ftrivial-auto-var-init=zero>
    -fstack-protector-strong)
target_compile_definitions(fairfeed_options INTERFACE
    _GLIBCXX_ASSERTIONS FAIRFEED_VERSION="${PROJECT_VERSION}")
target_include_directories(fairfeed_options INTERFACE ${CMAKE_SOURCE_DIR})
target_link_options(fairfeed_options INTERFACE -Wl,-z,relro,-z,now)
if(FAIRFEED_SANITIZE)
    target_compile_options(fairfeed_options INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
        -O1 -g1)
    target_link_options(fairfeed_options INTERFACE -fsanitize=address,undefined)
elseif(FAIRFEED_SANITIZE_THREADS)
    target_compile_options(fairfeed_options INTERFACE
        -fsanitize=thread -fno-omit-frame-pointer -O1 -g1)
    target_link_options(fairfeed_options INTERFACE -fsanitize=thread)
elseif(FAIRFEED_FUZZ)
    target_compile_options(fairfeed_options INTERFACE
        -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
        -fno-omit-frame-pointer -O1 -g1)
    target_link_options(fairfeed_options INTERFACE -fsanitize=address,undefined)
else()
    target_compile_definitions(fairfeed_options INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()

# fairfeed_room(<target> LINKS <public libraries...> [PRIVATE_LINKS ...] [EXCEPT <source>]): the
# library of the current directory.
function(fairfeed_room target)
    cmake_parse_arguments(ROOM "" "EXCEPT" "LINKS;PRIVATE_LINKS" ${ARGN})
    file(GLOB ROOM_SOURCES CONFIGURE_DEPENDS *.cc)
    if(ROOM_EXCEPT)
        list(FILTER ROOM_SOURCES EXCLUDE REGEX "/${ROOM_EXCEPT}$")
    endif()
    if(ROOM_SOURCES)
        add_library(${target} STATIC ${ROOM_SOURCES})
        target_link_libraries(${target} PUBLIC fairfeed_options ${ROOM_LINKS}
                                        PRIVATE ${ROOM_PRIVATE_LINKS})
    else()
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE fairfeed_options ${ROOM_LINKS})
    endif()
endfunction()
