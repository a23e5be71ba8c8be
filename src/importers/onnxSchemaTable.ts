// Written by scripts/onnxSchemas.py from onnx 1.23.1, opsets 6 to 28. Do not edit.
//
// One line per operator and opset from which on it reads so:
//   name opset: fewest-most inputs, each name:type(families)[? optional, * any number] > the same of outputs | attributes
// Families are f floats, i integers, b booleans, o others. An attribute is name:kind[! required][=default], the kind f float,
// i int, s string, t tensor, g graph, o other, and in capitals lists of them.
export const SCHEMAS = `\
Abs 6: 1-1 X:T(fi) > 1-1 Y:T(fi)
Acos 7: 1-1 input:T(f) > 1-1 output:T(f)
Acosh 9: 1-1 input:T(f) > 1-1 output:T(f)
Add 6: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi) | axis:i broadcast:i=0
Add 7: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi)
AffineGrid 20: 2-2 theta:T1(f) size:T2(i) > 1-1 grid:T1(f) | align_corners:i=0
And 1: 2-2 A:T(b) B:T(b) > 1-1 C:T1(b) | axis:i broadcast:i=0
And 7: 2-2 A:T(b) B:T(b) > 1-1 C:T1(b)
ArgMax 1: 1-1 data:T(fi) > 1-1 reduced:(i) | axis:i=0 keepdims:i=1
ArgMax 12: 1-1 data:T(fi) > 1-1 reduced:(i) | axis:i=0 keepdims:i=1 select_last_index:i=0
ArgMin 1: 1-1 data:T(fi) > 1-1 reduced:(i) | axis:i=0 keepdims:i=1
ArgMin 12: 1-1 data:T(fi) > 1-1 reduced:(i) | axis:i=0 keepdims:i=1 select_last_index:i=0
Asin 7: 1-1 input:T(f) > 1-1 output:T(f)
Asinh 9: 1-1 input:T(f) > 1-1 output:T(f)
Atan 7: 1-1 input:T(f) > 1-1 output:T(f)
Atanh 9: 1-1 input:T(f) > 1-1 output:T(f)
Attention 23: 3-6 Q:T1(f) K:T1(f) V:T2(f) attn_mask:U(bfi)? past_key:T1(f)? past_value:T2(f)? > 1-4 Y:T1(f) present_key:T1(f)? present_value:T2(f)? qk_matmul_output:T1(f)? | is_causal:i=0 kv_num_heads:i q_num_heads:i qk_matmul_output_mode:i=0 scale:f softcap:f=0 softmax_precision:i
Attention 24: 3-7 Q:T1(f) K:T1(f) V:T2(f) attn_mask:U(bfi)? past_key:T1(f)? past_value:T2(f)? nonpad_kv_seqlen:(i)? > 1-4 Y:T1(f) present_key:T1(f)? present_value:T2(f)? qk_matmul_output:T1(f)? | is_causal:i=0 kv_num_heads:i q_num_heads:i qk_matmul_output_mode:i=0 scale:f softcap:f=0 softmax_precision:i
Attention 25: 3-7 Q:T1(f) K:T1(f) V:T2(f) attn_mask:U(bfi)? past_key:T1(f)? past_value:T2(f)? nonpad_kv_seqlen:(i)? > 1-4 Y:T1(f) present_key:T1(f)? present_value:T2(f)? qk_matmul_output:T1(f)? | is_causal:i=0 kv_num_heads:i left_window_size:i=-1 q_num_heads:i qk_matmul_output_mode:i=0 right_window_size:i=-1 scale:f softcap:f=0 softmax_precision:i
AveragePool 1: 1-1 X:T(f) > 1-1 Y:T(f) | auto_pad:s=NOTSET kernel_shape:I! pads:I strides:I
AveragePool 7: 1-1 X:T(f) > 1-1 Y:T(f) | auto_pad:s=NOTSET count_include_pad:i=0 kernel_shape:I! pads:I strides:I
AveragePool 10: 1-1 X:T(f) > 1-1 Y:T(f) | auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 kernel_shape:I! pads:I strides:I
AveragePool 19: 1-1 X:T(f) > 1-1 Y:T(f) | auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 dilations:I kernel_shape:I! pads:I strides:I
BatchNormalization 6: 5-5 X:T(f) scale:T(f) B:T(f) mean:T(f) var:T(f) > 1-5 Y:T(f) mean:T(f)? var:T(f)? saved_mean:T(f)? saved_var:T(f)? | epsilon:f=1e-05 is_test:i=0 momentum:f=0.9 spatial:i=1
BatchNormalization 7: 5-5 X:T(f) scale:T(f) B:T(f) mean:T(f) var:T(f) > 1-5 Y:T(f) mean:T(f)? var:T(f)? saved_mean:T(f)? saved_var:T(f)? | epsilon:f=1e-05 momentum:f=0.9 spatial:i=1
BatchNormalization 9: 5-5 X:T(f) scale:T(f) B:T(f) mean:T(f) var:T(f) > 1-5 Y:T(f) mean:T(f)? var:T(f)? saved_mean:T(f)? saved_var:T(f)? | epsilon:f=1e-05 momentum:f=0.9
BatchNormalization 14: 5-5 X:T(f) scale:T(f) B:T(f) input_mean:U(f) input_var:U(f) > 1-3 Y:T(f) running_mean:U(f)? running_var:U(f)? | epsilon:f=1e-05 momentum:f=0.9 training_mode:i=0
BatchNormalization 15: 5-5 X:T(f) scale:T1(f) B:T1(f) input_mean:T2(f) input_var:T2(f) > 1-3 Y:T(f) running_mean:T2(f)? running_var:T2(f)? | epsilon:f=1e-05 momentum:f=0.9 training_mode:i=0
Bernoulli 15: 1-1 input:T1(f) > 1-1 output:T2(bfi) | dtype:i seed:f
BitCast 26: 1-1 input:T1(bfio) > 1-1 output:T2(bfio) | to:i!
BitShift 11: 2-2 X:T(i) Y:T(i) > 1-1 Z:T(i) | direction:s!
BitwiseAnd 18: 2-2 A:T(i) B:T(i) > 1-1 C:T(i)
BitwiseNot 18: 1-1 X:T(i) > 1-1 Y:T(i)
BitwiseOr 18: 2-2 A:T(i) B:T(i) > 1-1 C:T(i)
BitwiseXor 18: 2-2 A:T(i) B:T(i) > 1-1 C:T(i)
BlackmanWindow 17: 1-1 size:T1(i) > 1-1 output:T2(fi) | output_datatype:i=1 periodic:i=1
Cast 6: 1-1 input:T1(bfi) > 1-1 output:T2(bfi) | to:i!
Cast 9: 1-1 input:T1(bfio) > 1-1 output:T2(bfio) | to:i!
Cast 19: 1-1 input:T1(bfio) > 1-1 output:T2(bfio) | saturate:i=1 to:i!
Cast 24: 1-1 input:T1(bfio) > 1-1 output:T2(bfio) | round_mode:s=up saturate:i=1 to:i!
CastLike 15: 2-2 input:T1(bfio) target_type:T2(bfio) > 1-1 output:T2(bfio)
CastLike 19: 2-2 input:T1(bfio) target_type:T2(bfio) > 1-1 output:T2(bfio) | saturate:i=1
CastLike 24: 2-2 input:T1(bfio) target_type:T2(bfio) > 1-1 output:T2(bfio) | round_mode:s=up saturate:i=1
CausalConvWithState 27: 2-4 input:T(f) weight:T(f) bias:T(f)? past_state:T(f)? > 2-2 output:T(f) present_state:T(f) | activation:s=none
Ceil 6: 1-1 X:T(f) > 1-1 Y:T(f)
Celu 12: 1-1 X:T(f) > 1-1 Y:T(f) | alpha:f=1
CenterCropPad 18: 2-2 input_data:T(bfio) shape:Tind(i) > 1-1 output_data:T(bfio) | axes:I
Clip 6: 1-1 input:T(f) > 1-1 output:T(f) | max:f=3.4028235e+38 min:f=-3.4028235e+38
Clip 11: 1-3 input:T(f) min:T(f)? max:T(f)? > 1-1 output:T(f)
Clip 12: 1-3 input:T(fi) min:T(fi)? max:T(fi)? > 1-1 output:T(fi)
Col2Im 18: 3-3 input:T(bfio) image_shape:(i) block_shape:(i) > 1-1 output:T(bfio) | dilations:I pads:I strides:I
Compress 9: 2-2 input:T(bfio) condition:T1(b) > 1-1 output:T(bfio) | axis:i
Concat 4: 1- inputs:T(bfio)* > 1-1 concat_result:T(bfio) | axis:i!
ConcatFromSequence 11: 1-1 input_sequence:S(o) > 1-1 concat_result:T(bfio) | axis:i! new_axis:i=0
Constant 1: 0-0 > 1-1 output:T(f) | value:t!
Constant 9: 0-0 > 1-1 output:T(bfio) | value:t!
Constant 11: 0-0 > 1-1 output:T(bfio) | sparse_value:o value:t
Constant 12: 0-0 > 1-1 output:T(bfio) | sparse_value:o value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S
ConstantOfShape 9: 1-1 input:T1(i) > 1-1 output:T2(bfi) | value:t
Conv 1: 2-3 X:T(f) W:T(f) B:T(f)? > 1-1 Y:T(f) | auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I pads:I strides:I
ConvInteger 10: 2-4 x:T1(i) w:T2(i) x_zero_point:T1(i)? w_zero_point:T2(i)? > 1-1 y:T3(i) | auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I pads:I strides:I
ConvTranspose 1: 2-3 X:T(f) W:T(f) B:T(f)? > 1-1 Y:T(f) | auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I output_padding:I output_shape:I pads:I strides:I
Cos 7: 1-1 input:T(f) > 1-1 output:T(f)
Cosh 9: 1-1 input:T(f) > 1-1 output:T(f)
CumProd 26: 2-2 x:T(fi) axis:T2(i) > 1-1 y:T(fi) | exclusive:i=0 reverse:i=0
CumSum 11: 2-2 x:T(fi) axis:T2(i) > 1-1 y:T(fi) | exclusive:i=0 reverse:i=0
DFT 17: 1-2 input:T1(f) dft_length:T2(i)? > 1-1 output:T1(f) | axis:i=1 inverse:i=0 onesided:i=0
DFT 20: 1-3 input:T1(f) dft_length:T2(i)? axis:(i)? > 1-1 output:T1(f) | inverse:i=0 onesided:i=0
DeformConv 19: 3-5 X:T(f) W:T(f) offset:T(f) B:T(f)? mask:T(f)? > 1-1 Y:T(f) | dilations:I group:i=1 kernel_shape:I offset_group:i=1 pads:I strides:I
DepthToSpace 1: 1-1 input:T(bfio) > 1-1 output:T(bfio) | blocksize:i!
DepthToSpace 11: 1-1 input:T(bfio) > 1-1 output:T(bfio) | blocksize:i! mode:s=DCR
DequantizeLinear 10: 2-3 x:T(i) x_scale:(f) x_zero_point:T(i)? > 1-1 y:(f)
DequantizeLinear 13: 2-3 x:T(i) x_scale:(f) x_zero_point:T(i)? > 1-1 y:(f) | axis:i=1
DequantizeLinear 19: 2-3 x:T1(fi) x_scale:T2(f) x_zero_point:T1(fi)? > 1-1 y:T2(f) | axis:i=1
DequantizeLinear 21: 2-3 x:T1(fi) x_scale:T2(f) x_zero_point:T1(fi)? > 1-1 y:T2(f) | axis:i=1 block_size:i=0
DequantizeLinear 23: 2-3 x:T1(fi) x_scale:T2(f) x_zero_point:T1(fi)? > 1-1 y:T3(f) | axis:i=1 block_size:i=0 output_dtype:i=0
Det 11: 1-1 X:T(f) > 1-1 Y:T(f)
Div 6: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi) | axis:i broadcast:i=0
Div 7: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi)
Dropout 6: 1-1 data:T(f) > 1-2 output:T(f) mask:T(f)? | is_test:i=0 ratio:f=0.5
Dropout 7: 1-1 data:T(f) > 1-2 output:T(f) mask:T(f)? | ratio:f=0.5
Dropout 10: 1-1 data:T(f) > 1-2 output:T(f) mask:T1(b)? | ratio:f=0.5
Dropout 12: 1-3 data:T(f) ratio:T1(f)? training_mode:T2(b)? > 1-2 output:T(f) mask:T2(b)? | seed:i
DynamicQuantizeLinear 11: 1-1 x:T1(f) > 3-3 y:T2(i) y_scale:(f) y_zero_point:T2(i)
Einsum 12: 1- Inputs:T(fi)* > 1-1 Output:T(fi) | equation:s!
Elu 6: 1-1 X:T(f) > 1-1 Y:T(f) | alpha:f=1
Equal 1: 2-2 A:T(bi) B:T(bi) > 1-1 C:T1(b) | axis:i broadcast:i=0
Equal 7: 2-2 A:T(bi) B:T(bi) > 1-1 C:T1(b)
Equal 11: 2-2 A:T(bfi) B:T(bfi) > 1-1 C:T1(b)
Equal 19: 2-2 A:T(bfio) B:T(bfio) > 1-1 C:T1(b)
Erf 9: 1-1 input:T(fi) > 1-1 output:T(fi)
Erf 13: 1-1 input:T(f) > 1-1 output:T(f)
Exp 6: 1-1 input:T(f) > 1-1 output:T(f)
Expand 8: 2-2 input:T(bfio) shape:(i) > 1-1 output:T(bfio)
EyeLike 9: 1-1 input:T1(bfi) > 1-1 output:T2(bfi) | dtype:i k:i=0
Flatten 1: 1-1 input:T(f) > 1-1 output:T(f) | axis:i=1
Flatten 9: 1-1 input:T(bfio) > 1-1 output:T(bfio) | axis:i=1
Floor 6: 1-1 X:T(f) > 1-1 Y:T(f)
GRU 3: 3-6 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? > 0-2 Y:T(f)? Y_h:T(f)? | activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i linear_before_reset:i=0 output_sequence:i=0
GRU 7: 3-6 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? > 0-2 Y:T(f)? Y_h:T(f)? | activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i linear_before_reset:i=0
GRU 14: 3-6 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? > 0-2 Y:T(f)? Y_h:T(f)? | activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i layout:i=0 linear_before_reset:i=0
Gather 1: 2-2 data:T(bfio) indices:Tind(i) > 1-1 output:T(bfio) | axis:i=0
GatherElements 11: 2-2 data:T(bfio) indices:Tind(i) > 1-1 output:T(bfio) | axis:i=0
GatherND 11: 2-2 data:T(bfio) indices:(i) > 1-1 output:T(bfio)
GatherND 12: 2-2 data:T(bfio) indices:(i) > 1-1 output:T(bfio) | batch_dims:i=0
Gelu 20: 1-1 X:T(f) > 1-1 Y:T(f) | approximate:s=none
Gemm 6: 3-3 A:T(f) B:T(f) C:T(f) > 1-1 Y:T(f) | alpha:f=1 beta:f=1 broadcast:i=0 transA:i=0 transB:i=0
Gemm 7: 3-3 A:T(f) B:T(f) C:T(f) > 1-1 Y:T(f) | alpha:f=1 beta:f=1 transA:i=0 transB:i=0
Gemm 9: 3-3 A:T(fi) B:T(fi) C:T(fi) > 1-1 Y:T(fi) | alpha:f=1 beta:f=1 transA:i=0 transB:i=0
Gemm 11: 2-3 A:T(fi) B:T(fi) C:T(fi)? > 1-1 Y:T(fi) | alpha:f=1 beta:f=1 transA:i=0 transB:i=0
GlobalAveragePool 1: 1-1 X:T(f) > 1-1 Y:T(f)
GlobalLpPool 2: 1-1 X:T(f) > 1-1 Y:T(f) | p:i=2
GlobalMaxPool 1: 1-1 X:T(f) > 1-1 Y:T(f)
Greater 1: 2-2 A:T(f) B:T(f) > 1-1 C:T1(b) | axis:i broadcast:i=0
Greater 7: 2-2 A:T(f) B:T(f) > 1-1 C:T1(b)
Greater 9: 2-2 A:T(fi) B:T(fi) > 1-1 C:T1(b)
GreaterOrEqual 12: 2-2 A:T(fi) B:T(fi) > 1-1 C:T1(b)
GridSample 16: 2-2 X:T1(bfio) grid:T2(f) > 1-1 Y:T1(bfio) | align_corners:i=0 mode:s=bilinear padding_mode:s=zeros
GridSample 20: 2-2 X:T1(bfio) grid:T2(f) > 1-1 Y:T1(bfio) | align_corners:i=0 mode:s=linear padding_mode:s=zeros
GroupNormalization 18: 3-3 X:T(f) scale:T(f) bias:T(f) > 1-1 Y:T(f) | epsilon:f=1e-05 num_groups:i!
GroupNormalization 21: 3-3 X:T(f) scale:T(f) bias:T(f) > 1-1 Y:T(f) | epsilon:f=1e-05 num_groups:i! stash_type:i=1
HammingWindow 17: 1-1 size:T1(i) > 1-1 output:T2(fi) | output_datatype:i=1 periodic:i=1
HannWindow 17: 1-1 size:T1(i) > 1-1 output:T2(fi) | output_datatype:i=1 periodic:i=1
HardSigmoid 6: 1-1 X:T(f) > 1-1 Y:T(f) | alpha:f=0.2 beta:f=0.5
HardSwish 14: 1-1 X:T(f) > 1-1 Y:T(f)
Hardmax 1: 1-1 input:T(f) > 1-1 output:T(f) | axis:i=1
Hardmax 13: 1-1 input:T(f) > 1-1 output:T(f) | axis:i=-1
Identity 1: 1-1 input:T(bfio) > 1-1 output:T(bfio)
Identity 14: 1-1 input:V(bfio) > 1-1 output:V(bfio)
If 1: 1-1 cond:B(b) > 1- outputs:(bfio)* | else_branch:g! then_branch:g!
ImageDecoder 20: 1-1 encoded_stream:T1(i) > 1-1 image:T2(i) | pixel_format:s=RGB
InstanceNormalization 6: 3-3 input:T(f) scale:T(f) B:T(f) > 1-1 output:T(f) | epsilon:f=1e-05
IsInf 10: 1-1 X:T1(f) > 1-1 Y:T2(b) | detect_negative:i=1 detect_positive:i=1
IsNaN 9: 1-1 X:T1(f) > 1-1 Y:T2(b)
LRN 1: 1-1 X:T(f) > 1-1 Y:T(f) | alpha:f=0.0001 beta:f=0.75 bias:f=1 size:i!
LSTM 1: 3-8 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? initial_c:T(f)? P:T(f)? > 0-3 Y:T(f)? Y_h:T(f)? Y_c:T(f)? | activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i input_forget:i=0 output_sequence:i=0
LSTM 7: 3-8 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? initial_c:T(f)? P:T(f)? > 0-3 Y:T(f)? Y_h:T(f)? Y_c:T(f)? | activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i input_forget:i=0
LSTM 14: 3-8 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? initial_c:T(f)? P:T(f)? > 0-3 Y:T(f)? Y_h:T(f)? Y_c:T(f)? | activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i input_forget:i=0 layout:i=0
LayerNormalization 17: 2-3 X:T(f) Scale:T(f) B:T(f)? > 1-3 Y:T(f) Mean:U(f)? InvStdDev:U(f)? | axis:i=-1 epsilon:f=1e-05 stash_type:i=1
LeakyRelu 6: 1-1 X:T(f) > 1-1 Y:T(f) | alpha:f=0.01
Less 1: 2-2 A:T(f) B:T(f) > 1-1 C:T1(b) | axis:i broadcast:i=0
Less 7: 2-2 A:T(f) B:T(f) > 1-1 C:T1(b)
Less 9: 2-2 A:T(fi) B:T(fi) > 1-1 C:T1(b)
LessOrEqual 12: 2-2 A:T(fi) B:T(fi) > 1-1 C:T1(b)
LinearAttention 27: 3-6 query:T(f) key:T(f) value:T(f) past_state:S(f)? decay:T(f)? beta:T(f)? > 2-2 output:T(f) present_state:S(f) | chunk_size:i=64 kv_num_heads:i! q_num_heads:i! scale:f=0 update_rule:s=gated_delta
Log 6: 1-1 input:T(f) > 1-1 output:T(f)
LogSoftmax 1: 1-1 input:T(f) > 1-1 output:T(f) | axis:i=1
LogSoftmax 13: 1-1 input:T(f) > 1-1 output:T(f) | axis:i=-1
Loop 1: 3- M:I(i)? cond:B(b)? v_initial:(bfio)* > 1- v_final_and_scan_outputs:(bfio)* | body:g!
Loop 11: 2- M:I(i)? cond:B(b)? v_initial:(bfio)* > 1- v_final_and_scan_outputs:(bfio)* | body:g!
LpNormalization 1: 1-1 input:T(f) > 1-1 output:T(f) | axis:i=-1 p:i=2
LpPool 2: 1-1 X:T(f) > 1-1 Y:T(f) | auto_pad:s=NOTSET kernel_shape:I! p:i=2 pads:I strides:I
LpPool 18: 1-1 X:T(f) > 1-1 Y:T(f) | auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! p:i=2 pads:I strides:I
MatMul 1: 2-2 A:T(f) B:T(f) > 1-1 Y:T(f)
MatMul 9: 2-2 A:T(fi) B:T(fi) > 1-1 Y:T(fi)
MatMulInteger 10: 2-4 A:T1(i) B:T2(i) a_zero_point:T1(i)? b_zero_point:T2(i)? > 1-1 Y:T3(i)
Max 6: 1- data_0:T(f)* > 1-1 max:T(f)
Max 12: 1- data_0:T(fi)* > 1-1 max:T(fi)
MaxPool 1: 1-1 X:T(f) > 1-1 Y:T(f) | auto_pad:s=NOTSET kernel_shape:I! pads:I strides:I
MaxPool 8: 1-1 X:T(f) > 1-2 Y:T(f) Indices:I(i)? | auto_pad:s=NOTSET kernel_shape:I! pads:I storage_order:i=0 strides:I
MaxPool 10: 1-1 X:T(f) > 1-2 Y:T(f) Indices:I(i)? | auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! pads:I storage_order:i=0 strides:I
MaxPool 12: 1-1 X:T(fi) > 1-2 Y:T(fi) Indices:I(i)? | auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! pads:I storage_order:i=0 strides:I
MaxRoiPool 1: 2-2 X:T(f) rois:T(f) > 1-1 Y:T(f) | pooled_shape:I! spatial_scale:f=1
MaxUnpool 9: 2-3 X:T1(f) I:T2(i) output_shape:T2(i)? > 1-1 output:T1(f) | kernel_shape:I! pads:I strides:I
Mean 6: 1- data_0:T(f)* > 1-1 mean:T(f)
MeanVarianceNormalization 9: 1-1 X:T(f) > 1-1 Y:T(f) | axes:I=0,2,3
MelWeightMatrix 17: 5-5 num_mel_bins:T1(i) dft_length:T1(i) sample_rate:T1(i) lower_edge_hertz:T2(f) upper_edge_hertz:T2(f) > 1-1 output:T3(fi) | output_datatype:i=1
Min 6: 1- data_0:T(f)* > 1-1 min:T(f)
Min 12: 1- data_0:T(fi)* > 1-1 min:T(fi)
Mish 18: 1-1 X:T(f) > 1-1 Y:T(f)
Mod 10: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi) | fmod:i=0
Mul 6: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi) | axis:i broadcast:i=0
Mul 7: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi)
Multinomial 7: 1-1 input:T1(f) > 1-1 output:T2(i) | dtype:i=6 sample_size:i=1 seed:f
Neg 6: 1-1 X:T(fi) > 1-1 Y:T(fi)
NegativeLogLikelihoodLoss 12: 2-3 input:T(f) target:Tind(i) weight:T(f)? > 1-1 loss:T(f) | ignore_index:i reduction:s=mean
NonMaxSuppression 10: 2-5 boxes:(f) scores:(f) max_output_boxes_per_class:(i)? iou_threshold:(f)? score_threshold:(f)? > 1-1 selected_indices:(i) | center_point_box:i=0
NonZero 9: 1-1 X:T(bfio) > 1-1 Y:(i)
Not 1: 1-1 X:T(b) > 1-1 Y:T(b)
OneHot 9: 3-3 indices:T1(fi) depth:T2(fi) values:T3(bfio) > 1-1 output:T3(bfio) | axis:i=-1
Optional 15: 0-1 input:V(bfio)? > 1-1 output:O(o) | type:o
OptionalGetElement 15: 1-1 input:O(o) > 1-1 output:V(bfio)
OptionalGetElement 18: 1-1 input:O(bfio) > 1-1 output:V(bfio)
OptionalHasElement 15: 1-1 input:O(o) > 1-1 output:B(b)
OptionalHasElement 18: 0-1 input:O(bfio)? > 1-1 output:B(b)
Or 1: 2-2 A:T(b) B:T(b) > 1-1 C:T1(b) | axis:i broadcast:i=0
Or 7: 2-2 A:T(b) B:T(b) > 1-1 C:T1(b)
PRelu 6: 2-2 X:T(f) slope:T(f) > 1-1 Y:T(f)
PRelu 9: 2-2 X:T(fi) slope:T(fi) > 1-1 Y:T(fi)
Pad 2: 1-1 data:T(f) > 1-1 output:T(f) | mode:s=constant pads:I! value:f=0
Pad 11: 2-3 data:T(fi) pads:(i) constant_value:T(fi)? > 1-1 output:T(fi) | mode:s=constant
Pad 13: 2-3 data:T(bfio) pads:(i) constant_value:T(bfio)? > 1-1 output:T(bfio) | mode:s=constant
Pad 18: 2-4 data:T(bfio) pads:(i) constant_value:T(bfio)? axes:Tind(i)? > 1-1 output:T(bfio) | mode:s=constant
Pow 1: 2-2 X:T(f) Y:T(f) > 1-1 Z:T(f) | axis:i broadcast:i=0
Pow 7: 2-2 X:T(f) Y:T(f) > 1-1 Z:T(f)
Pow 12: 2-2 X:T(fi) Y:T1(fi) > 1-1 Z:T(fi)
QLinearConv 10: 8-9 x:T1(i) x_scale:(f) x_zero_point:T1(i) w:T2(i) w_scale:(f) w_zero_point:T2(i) y_scale:(f) y_zero_point:T3(i) B:T4(i)? > 1-1 y:T3(i) | auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I pads:I strides:I
QLinearMatMul 10: 8-8 a:T1(i) a_scale:(f) a_zero_point:T1(i) b:T2(i) b_scale:(f) b_zero_point:T2(i) y_scale:(f) y_zero_point:T3(i) > 1-1 y:T3(i)
QLinearMatMul 21: 8-8 a:T1(fi) a_scale:TS(f) a_zero_point:T1(fi) b:T2(fi) b_scale:TS(f) b_zero_point:T2(fi) y_scale:TS(f) y_zero_point:T3(fi) > 1-1 y:T3(fi)
QuantizeLinear 10: 2-3 x:T1(fi) y_scale:(f) y_zero_point:T2(i)? > 1-1 y:T2(i)
QuantizeLinear 13: 2-3 x:T1(fi) y_scale:(f) y_zero_point:T2(i)? > 1-1 y:T2(i) | axis:i=1
QuantizeLinear 19: 2-3 x:T1(fi) y_scale:T1(fi) y_zero_point:T2(fi)? > 1-1 y:T2(fi) | axis:i=1 saturate:i=1
QuantizeLinear 21: 2-3 x:T1(fi) y_scale:T1(fi) y_zero_point:T2(fi)? > 1-1 y:T2(fi) | axis:i=1 block_size:i=0 output_dtype:i=0 saturate:i=1
QuantizeLinear 23: 2-3 x:T1(fi) y_scale:T2(fi) y_zero_point:T3(fi)? > 1-1 y:T3(fi) | axis:i=1 block_size:i=0 output_dtype:i=0 precision:i=0 saturate:i=1
RMSNormalization 23: 2-2 X:T(f) scale:V(f) > 1-1 Y:V(f) | axis:i=-1 epsilon:f=1e-05 stash_type:i=1
RNN 1: 3-6 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? > 0-2 Y:T(f)? Y_h:T(f)? | activation_alpha:F activation_beta:F activations:S=Tanh,Tanh clip:f direction:s=forward hidden_size:i output_sequence:i=0
RNN 7: 3-6 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? > 0-2 Y:T(f)? Y_h:T(f)? | activation_alpha:F activation_beta:F activations:S=Tanh,Tanh clip:f direction:s=forward hidden_size:i
RNN 14: 3-6 X:T(f) W:T(f) R:T(f) B:T(f)? sequence_lens:T1(i)? initial_h:T(f)? > 0-2 Y:T(f)? Y_h:T(f)? | activation_alpha:F activation_beta:F activations:S=Tanh,Tanh clip:f direction:s=forward hidden_size:i layout:i=0
RandomNormal 1: 0-0 > 1-1 output:T(f) | dtype:i=1 mean:f=0 scale:f=1 seed:f shape:I!
RandomNormalLike 1: 1-1 input:T1(bfio) > 1-1 output:T2(f) | dtype:i mean:f=0 scale:f=1 seed:f
RandomUniform 1: 0-0 > 1-1 output:T(f) | dtype:i=1 high:f=1 low:f=0 seed:f shape:I!
RandomUniformLike 1: 1-1 input:T1(bfio) > 1-1 output:T2(f) | dtype:i high:f=1 low:f=0 seed:f
Range 11: 3-3 start:T(fi) limit:T(fi) delta:T(fi) > 1-1 output:T(fi)
Range 27: 3-3 start:T(fi) limit:T(fi) delta:T(fi) > 1-1 output:T(fi) | stash_type:i=1
Reciprocal 6: 1-1 X:T(f) > 1-1 Y:T(f)
ReduceL1 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceL1 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceL2 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceL2 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceLogSum 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceLogSum 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceLogSum 28: 1-2 data:T(f) axes:(i)? > 1-1 reduced:T(f) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceLogSumExp 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceLogSumExp 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceLogSumExp 28: 1-2 data:T(f) axes:(i)? > 1-1 reduced:T(f) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceMax 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceMax 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceMax 20: 1-2 data:T(bfi) axes:(i)? > 1-1 reduced:T(bfi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceMean 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceMean 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceMin 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceMin 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceMin 20: 1-2 data:T(bfi) axes:(i)? > 1-1 reduced:T(bfi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceProd 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceProd 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceSum 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceSum 13: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
ReduceSumSquare 1: 1-1 data:T(fi) > 1-1 reduced:T(fi) | axes:I keepdims:i=1
ReduceSumSquare 18: 1-2 data:T(fi) axes:(i)? > 1-1 reduced:T(fi) | keepdims:i=1 noop_with_empty_axes:i=0
RegexFullMatch 20: 1-1 X:T1(o) > 1-1 Y:T2(b) | pattern:s
Relu 6: 1-1 X:T(f) > 1-1 Y:T(f)
Relu 14: 1-1 X:T(fi) > 1-1 Y:T(fi)
Reshape 5: 2-2 data:T(bfio) shape:(i) > 1-1 reshaped:T(bfio)
Reshape 14: 2-2 data:T(bfio) shape:(i) > 1-1 reshaped:T(bfio) | allowzero:i=0
Resize 10: 2-2 X:T(bfio) scales:(f) > 1-1 Y:T(bfio) | mode:s=nearest
Resize 11: 3-4 X:T1(bfio) roi:T2(f) scales:(f) sizes:(i)? > 1-1 Y:T1(bfio) | coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75 exclude_outside:i=0 extrapolation_value:f=0 mode:s=nearest nearest_mode:s=round_prefer_floor
Resize 13: 1-4 X:T1(bfio) roi:T2(f)? scales:(f)? sizes:(i)? > 1-1 Y:T1(bfio) | coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75 exclude_outside:i=0 extrapolation_value:f=0 mode:s=nearest nearest_mode:s=round_prefer_floor
Resize 18: 1-4 X:T1(bfio) roi:T2(f)? scales:(f)? sizes:(i)? > 1-1 Y:T1(bfio) | antialias:i=0 axes:I coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75 exclude_outside:i=0 extrapolation_value:f=0 keep_aspect_ratio_policy:s=stretch mode:s=nearest nearest_mode:s=round_prefer_floor
ReverseSequence 10: 2-2 input:T(bfio) sequence_lens:(i) > 1-1 Y:T(bfio) | batch_axis:i=1 time_axis:i=0
RoiAlign 10: 3-3 X:T1(f) rois:T1(f) batch_indices:T2(i) > 1-1 Y:T1(f) | mode:s=avg output_height:i=1 output_width:i=1 sampling_ratio:i=0 spatial_scale:f=1
RoiAlign 16: 3-3 X:T1(f) rois:T1(f) batch_indices:T2(i) > 1-1 Y:T1(f) | coordinate_transformation_mode:s=half_pixel mode:s=avg output_height:i=1 output_width:i=1 sampling_ratio:i=0 spatial_scale:f=1
RotaryEmbedding 23: 3-4 X:T(f) cos_cache:T(f) sin_cache:T(f) position_ids:M(i)? > 1-1 Y:T(f) | interleaved:i=0 num_heads:i rotary_embedding_dim:i=0
Round 11: 1-1 X:T(f) > 1-1 Y:T(f)
STFT 17: 2-4 signal:T1(f) frame_step:T2(i) window:T1(f)? frame_length:T2(i)? > 1-1 output:T1(f) | onesided:i=1
Scan 8: 2- sequence_lens:I(i)? initial_state_and_scan_inputs:(bfio)* > 1- final_state_and_scan_outputs:(bfio)* | body:g! directions:I num_scan_inputs:i!
Scan 9: 1- initial_state_and_scan_inputs:(bfio)* > 1- final_state_and_scan_outputs:(bfio)* | body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I
Scatter 9: 3-3 data:T(bfio) indices:Tind(i) updates:T(bfio) > 1-1 output:T(bfio) | axis:i=0
Scatter 11: deprecated
ScatterElements 11: 3-3 data:T(bfio) indices:Tind(i) updates:T(bfio) > 1-1 output:T(bfio) | axis:i=0
ScatterElements 16: 3-3 data:T(bfio) indices:Tind(i) updates:T(bfio) > 1-1 output:T(bfio) | axis:i=0 reduction:s=none
ScatterND 11: 3-3 data:T(bfio) indices:(i) updates:T(bfio) > 1-1 output:T(bfio)
ScatterND 16: 3-3 data:T(bfio) indices:(i) updates:T(bfio) > 1-1 output:T(bfio) | reduction:s=none
Selu 6: 1-1 X:T(f) > 1-1 Y:T(f) | alpha:f=1.6732632 gamma:f=1.050701
SequenceAt 11: 2-2 input_sequence:S(o) position:I(i) > 1-1 tensor:T(bfio)
SequenceConstruct 11: 1- inputs:T(bfio)* > 1-1 output_sequence:S(o)
SequenceEmpty 11: 0-0 > 1-1 output:S(o) | dtype:i
SequenceErase 11: 1-2 input_sequence:S(o) position:I(i)? > 1-1 output_sequence:S(o)
SequenceInsert 11: 2-3 input_sequence:S(o) tensor:T(bfio) position:I(i)? > 1-1 output_sequence:S(o)
SequenceLength 11: 1-1 input_sequence:S(o) > 1-1 length:I(i)
SequenceMap 17: 1- input_sequence:S(o) additional_inputs:(bfio)* > 1- out_sequence:(o)* | body:g!
Shape 1: 1-1 data:T(bfio) > 1-1 shape:T1(i)
Shape 15: 1-1 data:T(bfio) > 1-1 shape:T1(i) | end:i start:i=0
Shrink 9: 1-1 input:T(fi) > 1-1 output:T(fi) | bias:f=0 lambd:f=0.5
Sigmoid 6: 1-1 X:T(f) > 1-1 Y:T(f)
Sign 9: 1-1 input:T(fi) > 1-1 output:T(fi)
Sin 7: 1-1 input:T(f) > 1-1 output:T(f)
Sinh 9: 1-1 input:T(f) > 1-1 output:T(f)
Size 1: 1-1 data:T(bfio) > 1-1 size:T1(i)
Slice 1: 1-1 data:T(bfio) > 1-1 output:T(bfio) | axes:I ends:I! starts:I!
Slice 10: 3-5 data:T(bfio) starts:Tind(i) ends:Tind(i) axes:Tind(i)? steps:Tind(i)? > 1-1 output:T(bfio)
Softmax 1: 1-1 input:T(f) > 1-1 output:T(f) | axis:i=1
Softmax 13: 1-1 input:T(f) > 1-1 output:T(f) | axis:i=-1
SoftmaxCrossEntropyLoss 12: 2-3 scores:T(f) labels:Tind(i) weights:T(f)? > 1-2 output:T(f) log_prob:T(f)? | ignore_index:i reduction:s=mean
Softplus 1: 1-1 X:T(f) > 1-1 Y:T(f)
Softsign 1: 1-1 input:T(f) > 1-1 output:T(f)
SpaceToDepth 1: 1-1 input:T(bfio) > 1-1 output:T(bfio) | blocksize:i!
SpaceToDepth 28: 1-1 input:T(bfio) > 1-1 output:T(bfio) | blocksize:i! mode:s=DCR
Split 2: 1-1 input:T(bfio) > 1- outputs:T(bfio)* | axis:i=0 split:I
Split 13: 1-2 input:T(bfio) split:(i)? > 1- outputs:T(bfio)* | axis:i=0
Split 18: 1-2 input:T(bfio) split:(i)? > 1- outputs:T(bfio)* | axis:i=0 num_outputs:i
SplitToSequence 11: 1-2 input:T(bfio) split:I(i)? > 1-1 output_sequence:S(o) | axis:i=0 keepdims:i=1
Sqrt 6: 1-1 X:T(f) > 1-1 Y:T(f)
Squeeze 1: 1-1 data:T(bfio) > 1-1 squeezed:T(bfio) | axes:I
Squeeze 13: 1-2 data:T(bfio) axes:(i)? > 1-1 squeezed:T(bfio)
StringConcat 20: 2-2 X:T(o) Y:T(o) > 1-1 Z:T(o)
StringNormalizer 10: 1-1 X:(o) > 1-1 Y:(o) | case_change_action:s=NONE is_case_sensitive:i=0 locale:s stopwords:S
StringSplit 20: 1-1 X:T1(o) > 2-2 Y:T2(o) Z:T3(i) | delimiter:s maxsplit:i
Sub 6: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi) | axis:i broadcast:i=0
Sub 7: 2-2 A:T(fi) B:T(fi) > 1-1 C:T(fi)
Sum 6: 1- data_0:T(f)* > 1-1 sum:T(f)
SwiGLU 28: 2-2 A:T(f) B:T(f) > 1-1 Y:T(f) | alpha:f=1
Swish 24: 1-1 X:T(f) > 1-1 Y:T(f) | alpha:f=1
Tan 7: 1-1 input:T(f) > 1-1 output:T(f)
Tanh 6: 1-1 input:T(f) > 1-1 output:T(f)
TensorScatter 24: 2-3 past_cache:T(bfio) update:T(bfio) write_indices:(i)? > 1-1 present_cache:T(bfio) | axis:i=-2 mode:s=linear
TfIdfVectorizer 9: 1-1 X:T(io) > 1-1 Y:T1(f) | max_gram_length:i! max_skip_count:i! min_gram_length:i! mode:s! ngram_counts:I! ngram_indexes:I! pool_int64s:I pool_strings:S weights:F
ThresholdedRelu 10: 1-1 X:T(f) > 1-1 Y:T(f) | alpha:f=1
Tile 6: 2-2 input:T(bfio) repeats:T1(i) > 1-1 output:T(bfio)
TopK 1: 1-1 X:T(f) > 2-2 Values:T(f) Indices:I(i) | axis:i=-1 k:i!
TopK 10: 2-2 X:T(f) K:(i) > 2-2 Values:T(f) Indices:I(i) | axis:i=-1
TopK 11: 2-2 X:T(fi) K:(i) > 2-2 Values:T(fi) Indices:I(i) | axis:i=-1 largest:i=1 sorted:i=1
Transpose 1: 1-1 data:T(bfio) > 1-1 transposed:T(bfio) | perm:I
Trilu 14: 1-2 input:T(bfio) k:(i)? > 1-1 output:T(bfio) | upper:i=1
Unique 11: 1-1 X:T(bfio) > 1-4 Y:T(bfio) indices:(i)? inverse_indices:(i)? counts:(i)? | axis:i sorted:i=1
Unsqueeze 1: 1-1 data:T(bfio) > 1-1 expanded:T(bfio) | axes:I!
Unsqueeze 13: 2-2 data:T(bfio) axes:(i) > 1-1 expanded:T(bfio)
Upsample 7: 1-1 X:T(bfio) > 1-1 Y:T(bfio) | mode:s=nearest scales:F!
Upsample 9: 2-2 X:T(bfio) scales:(f) > 1-1 Y:T(bfio) | mode:s=nearest
Upsample 10: deprecated
Where 9: 3-3 condition:B(b) X:T(bfio) Y:T(bfio) > 1-1 output:T(bfio)
Xor 1: 2-2 A:T(b) B:T(b) > 1-1 C:T1(b) | axis:i broadcast:i=0
Xor 7: 2-2 A:T(b) B:T(b) > 1-1 C:T1(b)
`;
