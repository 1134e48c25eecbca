// Texts that a picture file carries.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace attnviz {

/// Keywords, as Title, Software and Source, and their values in UTF-8.
using PictureText = std::vector<std::pair<std::string, std::string>>;

}  // namespace attnviz
