# The one options target: every target of the project links crmsync_options.
add_library(crmsync_options INTERFACE)
target_include_directories(crmsync_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(crmsync_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wno-missing-field-initializers -Werror
  -fno-omit-frame-pointer)
target_compile_definitions(crmsync_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  RAPIDJSON_HAS_STDSTRING=1)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Boost's coroutine headers trip these GCC 12 false positives at -O2.
  target_compile_options(crmsync_options INTERFACE -Wno-maybe-uninitialized
    -Wno-mismatched-new-delete)
endif()
if(CRMSYNC_MUTANTS AND CRMSYNC_TESTS)
  # engine/mutant.hpp; what is built without tests never has them.
  target_compile_definitions(crmsync_options INTERFACE CRMSYNC_MUTANTS)
endif()
if(CRMSYNC_SANITIZE)
  target_compile_options(crmsync_options INTERFACE -fsanitize=${CRMSYNC_SANITIZE}
    -fno-sanitize-recover=all)
  target_link_options(crmsync_options INTERFACE -fsanitize=${CRMSYNC_SANITIZE})
  if(CRMSYNC_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Clang 14 gives the parts of a coroutine the type mark of the whole, which the assembler
    # refuses ("difference across sections").
    # By a path that another clone has as well, so that it finds what this one compiled.
    file(RELATIVE_PATH ignored ${CMAKE_BINARY_DIR}
      ${PROJECT_SOURCE_DIR}/packaging/cmake/sanitizer-ignore.txt)
    target_compile_options(crmsync_options INTERFACE -fno-sanitize=function
      -fsanitize-ignorelist=${ignored})
  endif()
  if(CRMSYNC_SANITIZE MATCHES "thread")
    target_compile_options(crmsync_options INTERFACE -Wno-error=tsan)
  endif()
else()
  target_compile_definitions(crmsync_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()
if(CRMSYNC_FUZZ)
  # Everything counts its edges; only the targets in tests/fuzz bring the fuzzer's main().
  target_compile_options(crmsync_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CRMSYNC_COVERAGE)
  target_compile_options(crmsync_options INTERFACE --coverage)
  target_link_options(crmsync_options INTERFACE --coverage)
endif()
find_program(MOLD mold)
if(MOLD)
  target_link_options(crmsync_options INTERFACE -fuse-ld=mold)
endif()

# A folder's library: static, named like the folder, `crmsync::<folder>`.
function(crmsync_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  if(ARG_SOURCES)
    add_library(crmsync_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(crmsync_${name} PUBLIC crmsync_options ${ARG_LINK})
  else()
    add_library(crmsync_${name} INTERFACE)
    target_link_libraries(crmsync_${name} INTERFACE crmsync_options ${ARG_LINK})
  endif()
  add_library(crmsync::${name} ALIAS crmsync_${name})
endfunction()
