"""The plain networks: shapes, references in PyTorch, what a mask hides."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.nets import MLP, ConvNet, TransformerBlock, causal_mask, sinusoidal_positions

laws = settings(max_examples=15, deadline=None, derandomize=True)
BATCH, LENGTH, DIM, HEADS, HIDDEN = 2, 5, 8, 2, 12


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def inputs(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def same(one, other):
    return torch.allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.fixture
def block():
    """A block whose every weight matters (norms and biases start at one and zero)."""
    made = TransformerBlock(DIM, HEADS, HIDDEN)
    with torch.no_grad():
        for weight in made.parameters():
            weight.copy_(torch.randn_like(weight) / 2)
    return made.eval()


def copied_attention(block):
    """PyTorch's attention with the weights of `block`."""
    there = nn.MultiheadAttention(DIM, HEADS, batch_first=True).eval()
    there.in_proj_weight.data, there.in_proj_bias.data = block.qkv.weight.data, block.qkv.bias.data
    there.out_proj.load_state_dict(block.out.state_dict())
    return there


def copied_layer(block):
    """PyTorch's pre-norm encoder layer with the weights of `block`."""
    there = nn.TransformerEncoderLayer(DIM, HEADS, HIDDEN, 0.0, "gelu", batch_first=True, norm_first=True).eval()
    there.self_attn = copied_attention(block)
    parts = {"linear1": block.mlp[0], "linear2": block.mlp[2], "norm1": block.norm_attention, "norm2": block.norm_mlp}
    for name, part in parts.items():
        getattr(there, name).load_state_dict(part.state_dict())
    return there


# Transformer block


@pytest.mark.parametrize("masked", [False, True])
def test_attention_is_that_of_pytorch(block, masked):
    x, mask = inputs(BATCH, LENGTH, DIM), causal_mask(LENGTH) if masked else None
    hidden = None if mask is None else ~mask
    assert same(block.attention(x, mask), copied_attention(block)(x, x, x, attn_mask=hidden, need_weights=False)[0])


@pytest.mark.parametrize("masked", [False, True])
def test_a_block_is_the_pre_norm_layer_of_pytorch(block, masked):
    x, mask = inputs(BATCH, LENGTH, DIM), causal_mask(LENGTH) if masked else None
    assert same(block(x, mask), copied_layer(block)(x, src_mask=None if mask is None else ~mask))


@pytest.mark.parametrize("place", range(LENGTH))
def test_a_causal_mask_hides_later_tokens(block, place):
    x = inputs(BATCH, LENGTH, DIM)
    changed = x.clone()
    changed[:, place] += 1.0
    before, after = block(x, causal_mask(LENGTH)), block(changed, causal_mask(LENGTH))
    assert torch.equal(before[:, :place], after[:, :place])


def test_a_causal_mask_shows_every_earlier_token(block):
    x = inputs(1, LENGTH, DIM).requires_grad_()
    block(x, causal_mask(LENGTH))[0, -1].sum().backward()
    assert (x.grad[0].abs().sum(dim=1) > 0).all()


@laws
@given(st.permutations(range(LENGTH)))
def test_without_mask_and_positions_a_block_follows_the_order_of_its_tokens(order):
    block, x = TransformerBlock(DIM, HEADS), inputs(BATCH, LENGTH, DIM)
    assert same(block(x[:, order]), block(x)[:, order])


def test_a_finite_mask_is_added_to_the_scores(block):
    x = inputs(BATCH, LENGTH, DIM)
    bias = torch.zeros(LENGTH, LENGTH).masked_fill(~causal_mask(LENGTH), -1e9)
    assert same(block(x, bias), block(x, causal_mask(LENGTH)))


def test_a_row_of_a_batch_does_not_see_another(block):
    x = inputs(BATCH, LENGTH, DIM)
    assert same(block(x)[:1], block(x[:1]))


def test_positions_turn_queries_and_keys_but_not_values(block):
    x = inputs(BATCH, LENGTH, DIM)
    block.positions = torch.zeros_like  # every score is 0, so every query takes the mean value
    values = nn.functional.linear(x, block.qkv.weight[2 * DIM :], block.qkv.bias[2 * DIM :])
    assert same(block.attention(x, None), block.out(values.mean(dim=1, keepdim=True)).expand_as(x))


def test_positions_see_each_head_by_itself():
    seen = []
    block = TransformerBlock(DIM, HEADS, positions=lambda part: (seen.append(tuple(part.shape)), part)[1])
    block(inputs(BATCH, LENGTH, DIM))
    assert seen == [(BATCH, HEADS, LENGTH, DIM // HEADS)] * 2


def test_the_same_turn_of_all_queries_and_keys_changes_nothing(block):
    x = inputs(BATCH, LENGTH, DIM)
    plain = block(x)
    block.positions = lambda part: part.flip(-1)
    assert same(block(x), plain)


def test_the_perceptron_is_four_times_as_wide_unless_told():
    assert TransformerBlock(DIM, HEADS).mlp[0].out_features == 4 * DIM
    assert TransformerBlock(DIM, HEADS, HIDDEN).mlp[0].out_features == HIDDEN


@pytest.mark.parametrize("heads", [0, -1, 3, 16])
def test_heads_divide_the_dimension(heads):
    with pytest.raises(ValueError, match=f"heads = {heads}: allowed is a divisor of dim = 8"):
        TransformerBlock(DIM, heads)


@pytest.mark.parametrize("heads", [1, 2, 4, 8])
def test_a_block_keeps_the_shape(heads):
    assert TransformerBlock(DIM, heads)(inputs(3, 7, DIM)).shape == (3, 7, DIM)


# Masks and positions


def test_a_causal_mask_is_the_lower_triangle():
    assert causal_mask(3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]


@laws
@given(st.integers(1, 40), st.integers(1, 16).map(lambda half: 2 * half))
def test_positions_are_the_sines_and_cosines_of_the_paper(length, dim):
    place, pair = np.arange(length)[:, None], np.arange(dim // 2)[None]
    angle = place / 10000 ** (2 * pair / dim)
    positions = sinusoidal_positions(length, dim).numpy()
    np.testing.assert_allclose(positions[:, 0::2], np.sin(angle), atol=1e-4)
    np.testing.assert_allclose(positions[:, 1::2], np.cos(angle), atol=1e-4)


def test_the_product_of_two_positions_depends_on_their_distance_only():
    positions = sinusoidal_positions(20, 16).double()
    products = positions @ positions.T
    for distance in range(20):
        diagonal = products.diagonal(distance)
        assert same(diagonal, diagonal[:1].expand_as(diagonal))


@pytest.mark.parametrize("dim", [1, 7])
def test_positions_need_an_even_dimension(dim):
    with pytest.raises(ValueError, match=f"dim = {dim}: allowed is an even integer"):
        sinusoidal_positions(4, dim)


# Perceptron


@laws
@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.lists(st.integers(1, 3), max_size=3))
def test_an_mlp_maps_the_last_axis_from_its_first_to_its_last_size(sizes, batch):
    assert MLP(sizes)(inputs(*batch, sizes[0])).shape == (*batch, sizes[-1])


@laws
@given(st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_an_mlp_has_a_linear_layer_for_each_step(sizes):
    layers = [layer for layer in MLP(sizes) if isinstance(layer, nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in layers] == list(zip(sizes, sizes[1:], strict=False))


def test_an_mlp_has_its_activation_between_layers_and_not_after_the_last():
    net = MLP([3, 4, 4, 2], activation=nn.Tanh)
    assert [type(layer).__name__ for layer in net] == ["Linear", "Tanh", "Linear", "Tanh", "Linear"]


def test_an_mlp_without_hidden_layers_is_linear():
    net, x, y = MLP([4, 3]), inputs(4, seed=1), inputs(4, seed=2)
    assert same(net(x) + net(y), net(x + y) + net(torch.zeros(4)))


@pytest.mark.parametrize("sizes", [[], [3], [3, 0], [0, 3], [3, -1, 2]])
def test_an_mlp_refuses_sizes_without_a_layer(sizes):
    with pytest.raises(ValueError, match="sizes = .*: allowed are two or more integers from 1 up") as refused:
        MLP(sizes)
    assert repr(sizes) in str(refused.value)


# Convolutions


@laws
@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.tuples(st.integers(8, 19), st.integers(8, 19)),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.integers(1, 5),
)
def test_a_convnet_maps_pictures_of_any_size_to_its_outputs(batch, in_channels, size, channels, outputs):
    net = ConvNet(in_channels, size, channels, outputs)
    assert net(inputs(batch, in_channels, *size)).shape == (batch, outputs)


def test_a_convnet_pools_by_the_mean():
    net = ConvNet(1, (4, 6), [1], 6, activation=nn.Identity)
    with torch.no_grad():
        for weight in net.parameters():
            weight.zero_()
        net.features[0].weight[0, 0, 1, 1] = 1.0
        net.head.weight.copy_(torch.eye(6))
    x = inputs(1, 1, 4, 6)
    assert same(net(x).flatten(), x.view(2, 2, 3, 2).mean(dim=(1, 3)).flatten())


def test_a_convnet_has_its_activation_after_each_convolution():
    net = ConvNet(1, (8, 8), [2, 3], 4, activation=nn.ReLU)
    layers = [type(layer).__name__ for layer in net.features]
    assert layers == ["Conv2d", "ReLU", "AvgPool2d"] * 2 + ["Flatten"]


def test_a_picture_of_a_batch_does_not_see_another():
    net, x = ConvNet(1, (8, 8), [2, 3], 4), inputs(3, 1, 8, 8)
    assert same(net(x)[:1], net(x[:1]))


@pytest.mark.parametrize(("size", "channels"), [((8, 3), [2, 2]), ((3, 8), [2, 2]), ((1, 1), [2]), ((8, 8), [])])
def test_a_picture_too_small_to_be_halved_is_refused(size, channels):
    with pytest.raises(ValueError, match="channels = .* can't be halved") as refused:
        ConvNet(1, size, channels, 2)
    assert f"channels = {channels}: a picture of {size}" in str(refused.value)


@pytest.mark.parametrize("made", [lambda: MLP([3, 5, 2]), lambda: ConvNet(1, (4, 4), [3], 2)])
def test_every_weight_of_a_net_is_learned(made):
    net = made()
    x = inputs(6, 3) if isinstance(net, MLP) else inputs(6, 1, 4, 4)
    net(x).square().sum().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in net.parameters())
