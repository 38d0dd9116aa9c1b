#include "row/words.h"

#define W(word) {#word, sizeof(#word) - 1},
/* clang-format off */
const struct word words[WORD_COUNT] = {
    W(about) W(above) W(across) W(after) W(again) W(air) W(all) W(along) W(always) W(animal)
    W(answer) W(apple) W(autumn) W(away) W(baby) W(back) W(bag) W(ball) W(bank) W(basket) W(beach)
    W(bear) W(beautiful) W(bed) W(before) W(begin) W(behind) W(bell) W(below) W(bench) W(better)
    W(bicycle) W(bird) W(black) W(blue) W(board) W(boat) W(book) W(bottle) W(box) W(bread) W(break)
    W(bridge) W(bright) W(bring) W(brother) W(brown) W(build) W(bus) W(butter) W(button) W(cake)
    W(call) W(candle) W(carry) W(cat) W(chair) W(change) W(cheese) W(child) W(church) W(city)
    W(clean) W(clear) W(clock) W(cloud) W(coat) W(coffee) W(cold) W(color) W(come) W(cook)
    W(corner) W(country) W(cover) W(cup) W(dance) W(dark) W(daughter) W(day) W(deep) W(desk)
    W(dinner) W(dog) W(door) W(dream) W(dress) W(drink) W(drive) W(dry) W(early) W(earth) W(east)
    W(easy) W(eat) W(egg) W(empty) W(evening) W(every) W(eye) W(face) W(family) W(farm) W(fast)
    W(father) W(field) W(fill) W(find) W(fire) W(fish) W(floor) W(flower) W(follow) W(food)
    W(forest) W(friend) W(fruit) W(full) W(game) W(garden) W(gate) W(gentle) W(gift) W(girl)
    W(give) W(glass) W(gold) W(good) W(grass) W(great) W(green) W(ground) W(grow) W(half) W(hand)
    W(happy) W(hat) W(hear) W(heart) W(heavy) W(help) W(high) W(hill) W(hold) W(home) W(honey)
    W(horse) W(hot) W(hour) W(house) W(island) W(jacket) W(juice) W(jump) W(keep) W(kettle) W(key)
    W(kind) W(king) W(kitchen) W(ladder) W(lake) W(lamp) W(large) W(laugh) W(leaf) W(learn)
    W(leave) W(left) W(letter) W(light) W(listen) W(little) W(long) W(look) W(lunch) W(map)
    W(market) W(meadow) W(milk) W(mirror) W(money) W(moon) W(morning) W(mother) W(mountain)
    W(music) W(name) W(near) W(needle) W(never) W(new) W(night) W(north) W(number) W(ocean) W(old)
    W(open) W(orange) W(paint) W(paper) W(park) W(path) W(peace) W(pencil) W(people) W(picture)
    W(plant) W(plate) W(play) W(pocket) W(poor) W(quick) W(quiet) W(rain) W(read) W(red) W(rest)
    W(rice) W(river) W(road) W(room) W(round) W(run) W(salt) W(sand) W(school) W(sea) W(season)
    W(seed) W(shell) W(ship) W(shirt) W(shoe) W(shop) W(short) W(silver) W(sing) W(sister) W(sleep)
    W(slow) W(small) W(smile) W(snow) W(soft) W(song) W(south) W(spoon) W(spring) W(star) W(stone)
    W(story) W(street) W(strong) W(sugar) W(summer) W(sun) W(table) W(tall) W(tea) W(tell) W(tree)
    W(under) W(village) W(voice) W(walk) W(wall) W(warm) W(wash) W(water) W(west) W(wheel) W(white)
    W(wide) W(wild) W(wind) W(window) W(winter) W(wood) W(word) W(work) W(world) W(write) W(year)
    W(yellow) W(young)
};
/* clang-format on */
