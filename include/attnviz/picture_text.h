// What a file says about the picture in it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace attnviz {

/// Keywords, as Title, Software and Source, and their values in UTF-8.
using PictureText = std::vector<std::pair<std::string, std::string>>;

}  // namespace attnviz
