// Models as safetensors files, with PyTorch's names and shapes.
#pragma once

#include <string>
#include <vector>

#include "formats/safetensors.h"
#include "model/model.h"

namespace attnviz {

/// The weights as tensors named `prefix` + PyTorch's name, row-major, gates in the order r, z, n.
/// Embeddings are V x E there, matrices rows x columns as in the equations.
void append_tensors(const Seq2SeqWeights& weights, const std::string& prefix,
                    std::vector<NamedTensor>& tensors);

/// Reads the weights back from tensors of that prefix. Throws InputError naming a tensor that is
/// missing or has another shape than `config` asks for.
void extract_tensors(const std::vector<NamedTensor>& tensors, const std::string& prefix,
                     const ModelConfig& config, const std::string& file, Seq2SeqWeights& weights);

/// Everything but the weights, as the metadata of a file.
std::map<std::string, std::string> describe(const Model& model);

/// The bytes of a model file.
std::string write_model(const Model& model);

/// A model from the bytes of a file. `name` is the file's, for messages. Throws as read_safetensors
/// does, and InputError for metadata that is missing, of another format or a later version, or does
/// not fit the tensors, and for tensors that do not belong.
Model read_model(std::string_view bytes, const std::string& name);

/// A model whose weights are yet to be filled in, from the metadata of a file.
Model read_description(const TensorFile& file, const std::string& name);

/// Reads a model file; given a folder, the model.safetensors in it.
Model load_model(const std::string& path);

}  // namespace attnviz
